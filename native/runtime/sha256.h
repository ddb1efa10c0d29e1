#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace kinetorch {

using Sha256Digest = std::array<uint8_t, 32>;

// FIPS 180-4, of bytes that come one part after the other.
class Sha256 {
 public:
  void add(const void* data, size_t size);
  // Of all that was added; nothing can be added after it.
  Sha256Digest digest();

 private:
  static constexpr size_t kBlock = 64;

  void compress(const uint8_t* block);

  // Fractional parts of the square roots of the first eight primes.
  std::array<uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<uint8_t, kBlock> rest_{};  // of the last block
  uint64_t size_ = 0;
};

// The same of bytes that are all there.
Sha256Digest sha256(const void* data, size_t size);

// Lower case.
std::string hexOf(const Sha256Digest& digest);

}  // namespace kinetorch

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace kinetorch {

using Sha256Digest = std::array<uint8_t, 32>;

// FIPS 180-4.
Sha256Digest sha256(const void* data, size_t size);

}  // namespace kinetorch

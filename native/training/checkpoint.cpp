#include "native/training/checkpoint.h"

#include <ATen/ATen.h>
#include <ATen/core/Dict.h>
#include <ATen/core/List.h>
#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <tuple>
#include <unordered_map>

#include "native/runtime/atomic_file.h"
#include "native/runtime/error.h"
#include "native/runtime/sha256.h"

namespace kinetorch::training {
namespace {

constexpr char kMagic[8] = {'K', 'T', 'C', 'K', 'P', 'T', '0', '2'};
constexpr size_t kDigestOffset = sizeof(kMagic) + sizeof(uint64_t);
constexpr size_t kHeaderSize = kDigestOffset + std::tuple_size<Sha256Digest>::value;

std::vector<char> readFile(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) {
    const bool absent = error == std::errc::no_such_file_or_directory;
    throw Error(absent ? "ERR_FILE_NOT_FOUND" : "ERR_FILE_ACCESS", "cannot read " + path + ": " + error.message());
  }
  std::vector<char> bytes(size);
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file) throw Error("ERR_FILE_ACCESS", "cannot read " + path);
  return bytes;
}

[[noreturn]] void refuse(const std::string& path, const std::string& received) {
  throw Error("ERR_WEIGHTS", "expected a whole Kinetorch checkpoint in " + path + " but received " + received);
}

std::vector<char> payloadOf(std::vector<char> file, const std::string& path) {
  if (file.size() < kHeaderSize || std::memcmp(file.data(), kMagic, sizeof(kMagic)) != 0) {
    refuse(path, "a file of another kind");
  }
  uint64_t size = 0;
  Sha256Digest digest{};
  std::memcpy(&size, file.data() + sizeof(kMagic), sizeof(size));
  std::memcpy(digest.data(), file.data() + kDigestOffset, digest.size());
  const size_t present = file.size() - kHeaderSize;
  if (size != present) {
    refuse(path, std::to_string(present) + " bytes of payload where its header says " + std::to_string(size));
  }
  if (sha256(file.data() + kHeaderSize, present) != digest) refuse(path, "bytes that differ from what was written");
  file.erase(file.begin(), file.begin() + kHeaderSize);
  return file;
}

}  // namespace

void writeCheckpoint(const std::string& path, const Checkpoint& checkpoint) {
  c10::Dict<std::string, at::Tensor> tensors;
  for (const auto& [name, tensor] : checkpoint.tensors) tensors.insert(name, tensor);
  c10::List<int64_t> random;
  for (const uint64_t word : checkpoint.random) random.push_back(static_cast<int64_t>(word));

  const std::vector<char> payload = torch::jit::pickle_save(
      c10::ivalue::Tuple::create({tensors, random, checkpoint.scaler.scale, checkpoint.scaler.sinceGrowth,
                                  checkpoint.steps, checkpoint.callerState}));
  const uint64_t size = payload.size();
  const Sha256Digest digest = sha256(payload.data(), payload.size());
  std::vector<char> file(kHeaderSize + payload.size());
  std::memcpy(file.data(), kMagic, sizeof(kMagic));
  std::memcpy(file.data() + sizeof(kMagic), &size, sizeof(size));
  std::memcpy(file.data() + kDigestOffset, digest.data(), digest.size());
  std::memcpy(file.data() + kHeaderSize, payload.data(), payload.size());
  writeFileAtomically(path, file.data(), file.size());
}

Checkpoint readCheckpoint(const std::string& path) {
  const std::vector<char> payload = payloadOf(readFile(path), path);
  try {
    const c10::IValue value = torch::jit::pickle_load(payload);
    const auto& elements = value.toTupleRef().elements();
    Checkpoint checkpoint;
    for (const auto& entry : elements.at(0).toGenericDict()) {
      checkpoint.tensors.emplace_back(entry.key().toStringRef(), entry.value().toTensor());
    }
    const std::vector<int64_t> random = elements.at(1).toIntVector();
    for (size_t index = 0; index < checkpoint.random.size(); ++index) {
      checkpoint.random[index] = static_cast<uint64_t>(random.at(index));
    }
    checkpoint.scaler = {elements.at(2).toDouble(), elements.at(3).toInt()};
    checkpoint.steps = elements.at(4).toInt();
    checkpoint.callerState = elements.at(5).toStringRef();
    return checkpoint;
  } catch (...) {
    throw currentError("ERR_WEIGHTS");
  }
}

void restoreTensors(const std::string& path, const NamedTensors& saved, const NamedTensors& live) {
  const std::string expected = "expected the checkpoint " + path + " to be of this network and these options but ";
  const std::unordered_map<std::string, at::Tensor> byName(saved.begin(), saved.end());
  for (const auto& [name, tensor] : live) {
    const auto found = byName.find(name);
    if (found == byName.end()) throw Error("ERR_WEIGHTS", expected + "it has no " + name);
    if (found->second.sizes() != tensor.sizes() || found->second.scalar_type() != tensor.scalar_type()) {
      throw Error("ERR_WEIGHTS", expected + name + " has another shape or type in it");
    }
  }
  if (saved.size() != live.size()) {
    throw Error("ERR_WEIGHTS",
                expected + "it holds " + std::to_string(saved.size()) + " tensors, not " + std::to_string(live.size()));
  }
  at::NoGradGuard noGrad;
  for (const auto& [name, tensor] : live) tensor.copy_(byName.at(name));
}

}  // namespace kinetorch::training

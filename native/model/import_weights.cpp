#include "native/model/import_weights.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "native/model/byte_source.h"
#include "native/model/module_io.h"
#include "native/model/weight_file.h"
#include "native/model/zip_archive.h"
#include "native/runtime/error.h"

namespace kinetorch {

namespace {

// Problems of one sort beyond this many are counted instead of named.
constexpr size_t kMaxNamed = 5;

c10::ScalarType toTorch(ScalarKind kind) {
  switch (kind) {
    case ScalarKind::kFloat64:
      return at::kDouble;
    case ScalarKind::kFloat32:
      return at::kFloat;
    case ScalarKind::kFloat16:
      return at::kHalf;
    case ScalarKind::kBFloat16:
      return at::kBFloat16;
    case ScalarKind::kInt64:
      return at::kLong;
    case ScalarKind::kInt32:
      return at::kInt;
    case ScalarKind::kInt16:
      return at::kShort;
    case ScalarKind::kInt8:
      return at::kChar;
    case ScalarKind::kUInt8:
      return at::kByte;
    case ScalarKind::kBool:
      return at::kBool;
  }
  throw Error("ERR_INTERNAL", "unknown ScalarKind");
}

bool endsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::string shapeText(at::IntArrayRef shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

void report(std::string& message, const char* what, const std::vector<std::string>& names) {
  if (names.empty()) return;
  message += message.empty() ? what : std::string("; ") + what;
  message += " (" + std::to_string(names.size()) + "): ";
  for (size_t i = 0; i < std::min(names.size(), kMaxNamed); ++i) message += (i ? ", " : "") + names[i];
  if (names.size() > kMaxNamed) message += ", …";
}

using NamedTensor = std::pair<std::string, at::Tensor>;

bool isOfHead(const std::string& name) { return name.compare(0, 3, "fc.") == 0; }

std::unique_ptr<ByteSource> bytesOf(const ModelSource& source) {
  return source.path.empty() ? ByteSource::fromMemory(source.bytes.data(), source.bytes.size())
                             : ByteSource::openFile(source.path);
}

std::string labelOf(const ModelSource& source) { return bytesOf(source)->label(); }

bool isTorchScript(const ModelSource& source) {
  const auto bytes = bytesOf(source);
  char mark[4] = {};
  if (bytes->size() < sizeof(mark)) return false;
  bytes->readAt(0, mark, sizeof(mark));
  if (std::memcmp(mark, "PK\x03\x04", sizeof(mark)) != 0) return false;
  try {
    const ZipArchive archive = openArchive(source);
    return archive.find(archive.root() + "/constants.pkl") != nullptr;
  } catch (const Error&) {
    return false;  // the reader of .pth files says what is wrong with it
  }
}

std::vector<NamedTensor> ofArchive(const ModelSource& source) {
  const torch::jit::Module module = loadModule(source);
  std::vector<NamedTensor> tensors;
  for (const auto& parameter : module.named_parameters()) tensors.emplace_back(parameter.name, parameter.value);
  for (const auto& buffer : module.named_buffers()) tensors.emplace_back(buffer.name, buffer.value);
  return tensors;
}

std::vector<NamedTensor> ofWeightFile(const ModelSource& source) {
  std::vector<NamedTensor> tensors;
  for (WeightTensor& tensor : openWeights(bytesOf(source))) {
    auto bytes = std::make_shared<std::vector<uint8_t>>(std::move(tensor.bytes));
    tensors.emplace_back(tensor.name, at::from_blob(
                                          bytes->data(), tensor.shape, [bytes](void*) {}, toTorch(tensor.kind)));
  }
  return tensors;
}

}  // namespace

void importWeights(const torch::jit::Module& module, const ModelSource& source, bool keepHead) {
  const std::vector<NamedTensor> tensors = isTorchScript(source) ? ofArchive(source) : ofWeightFile(source);
  std::unordered_map<std::string, at::Tensor> targets;
  for (const auto& parameter : module.named_parameters()) targets.emplace(parameter.name, parameter.value);
  for (const auto& buffer : module.named_buffers()) targets.emplace(buffer.name, buffer.value);

  std::vector<std::pair<at::Tensor, at::Tensor>> copies;
  std::vector<std::string> missing, extra, misshapen;
  for (const auto& [name, tensor] : tensors) {
    if (keepHead && isOfHead(name)) continue;
    const auto target = targets.find(name);
    if (target == targets.end()) {
      extra.push_back(name);
      continue;
    }
    if (target->second.sizes() == tensor.sizes()) {
      copies.emplace_back(target->second, tensor);
    } else {
      misshapen.push_back(name + " expected " + shapeText(target->second.sizes()) + " but received " +
                          shapeText(tensor.sizes()));
    }
    targets.erase(target);
  }
  for (const auto& [name, ignored] : targets) {
    if (!endsWith(name, "num_batches_tracked") && !(keepHead && isOfHead(name))) missing.push_back(name);
  }
  std::sort(missing.begin(), missing.end());

  std::string problems;
  report(problems, "missing tensors", missing);
  report(problems, "unexpected tensors", extra);
  report(problems, "wrong shapes", misshapen);
  if (!problems.empty()) throw Error("ERR_WEIGHTS", labelOf(source) + " does not fit the architecture: " + problems);

  const at::NoGradGuard noGrad;
  for (const auto& [target, tensor] : copies) target.copy_(tensor);
}

}  // namespace kinetorch

#include "native/model/import_weights.h"

#include <ATen/ATen.h>
#include <c10/util/StringUtil.h>

#include <algorithm>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "native/formats/byte_source.h"
#include "native/formats/weight_file.h"
#include "native/runtime/error.h"

namespace kinetorch::model {

namespace {

// Problems of one sort beyond this many are counted instead of named.
constexpr size_t kMaxNamed = 5;

c10::ScalarType toTorch(formats::ScalarKind kind) {
  switch (kind) {
    case formats::ScalarKind::kFloat64:
      return at::kDouble;
    case formats::ScalarKind::kFloat32:
      return at::kFloat;
    case formats::ScalarKind::kFloat16:
      return at::kHalf;
    case formats::ScalarKind::kBFloat16:
      return at::kBFloat16;
    case formats::ScalarKind::kInt64:
      return at::kLong;
    case formats::ScalarKind::kInt32:
      return at::kInt;
    case formats::ScalarKind::kInt16:
      return at::kShort;
    case formats::ScalarKind::kInt8:
      return at::kChar;
    case formats::ScalarKind::kUInt8:
      return at::kByte;
    case formats::ScalarKind::kBool:
      return at::kBool;
  }
  throw Error("ERR_INTERNAL", "unknown ScalarKind");
}

bool endsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

void report(std::string& message, const char* what, const std::vector<std::string>& names) {
  if (names.empty()) return;
  message += message.empty() ? what : std::string("; ") + what;
  message += " (" + std::to_string(names.size()) + "): ";
  for (size_t i = 0; i < std::min(names.size(), kMaxNamed); ++i) message += (i ? ", " : "") + names[i];
  if (names.size() > kMaxNamed) message += ", …";
}

using NamedTensor = std::pair<std::string, at::Tensor>;

bool isWithin(const std::string& name, const std::string& module) {
  return !module.empty() && name.compare(0, module.size() + 1, module + ".") == 0;
}

std::vector<NamedTensor> tensorsOf(std::unique_ptr<formats::ByteSource> source) {
  std::vector<NamedTensor> tensors;
  for (formats::WeightTensor& tensor : formats::openWeights(std::move(source))) {
    auto bytes = std::make_shared<std::vector<uint8_t>>(std::move(tensor.bytes));
    tensors.emplace_back(tensor.name, at::from_blob(
                                          bytes->data(), tensor.shape, [bytes](void*) {}, toTorch(tensor.kind)));
  }
  return tensors;
}

}  // namespace

void importWeights(const torch::jit::Module& module, formats::FileSource source, const std::string& newHead) {
  std::unique_ptr<formats::ByteSource> bytes = formats::ByteSource::open(std::move(source));
  const std::string label = bytes->label();
  const std::vector<NamedTensor> tensors = tensorsOf(std::move(bytes));
  std::unordered_map<std::string, at::Tensor> targets;
  for (const auto& parameter : module.named_parameters()) targets.emplace(parameter.name, parameter.value);
  for (const auto& buffer : module.named_buffers()) targets.emplace(buffer.name, buffer.value);

  std::vector<std::pair<at::Tensor, at::Tensor>> copies;
  std::vector<std::string> missing, extra, misshapen;
  for (const auto& [name, tensor] : tensors) {
    if (isWithin(name, newHead)) continue;
    const auto target = targets.find(name);
    if (target == targets.end()) {
      extra.push_back(name);
      continue;
    }
    if (target->second.sizes() == tensor.sizes()) {
      copies.emplace_back(target->second, tensor);
    } else {
      misshapen.push_back(c10::str(name, " expected ", target->second.sizes(), " but received ", tensor.sizes()));
    }
    targets.erase(target);
  }
  for (const auto& [name, ignored] : targets) {
    if (!endsWith(name, "num_batches_tracked") && !isWithin(name, newHead)) missing.push_back(name);
  }
  std::sort(missing.begin(), missing.end());

  std::string problems;
  report(problems, "missing tensors", missing);
  report(problems, "unexpected tensors", extra);
  report(problems, "wrong shapes", misshapen);
  if (!problems.empty()) throw Error("ERR_WEIGHTS", label + " does not fit the architecture: " + problems);

  const at::NoGradGuard noGrad;
  for (const auto& [target, tensor] : copies) target.copy_(tensor);
}

}  // namespace kinetorch::model

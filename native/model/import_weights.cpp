#include "native/model/import_weights.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "native/model/weight_file.h"
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

}  // namespace

void importWeights(const torch::jit::Module& module, const std::string& path) {
  const std::vector<WeightTensor> tensors = openWeights(path);
  std::unordered_map<std::string, at::Tensor> targets;
  for (const auto& parameter : module.named_parameters()) targets.emplace(parameter.name, parameter.value);
  for (const auto& buffer : module.named_buffers()) targets.emplace(buffer.name, buffer.value);

  std::vector<std::pair<at::Tensor, const WeightTensor*>> copies;
  std::vector<std::string> missing, extra, misshapen;
  for (const WeightTensor& tensor : tensors) {
    const auto target = targets.find(tensor.name);
    if (target == targets.end()) {
      extra.push_back(tensor.name);
      continue;
    }
    if (target->second.sizes() == at::IntArrayRef(tensor.shape)) {
      copies.emplace_back(target->second, &tensor);
    } else {
      misshapen.push_back(tensor.name + " expected " + shapeText(target->second.sizes()) + " but received " +
                          shapeText(tensor.shape));
    }
    targets.erase(target);
  }
  for (const auto& [name, ignored] : targets) {
    if (!endsWith(name, "num_batches_tracked")) missing.push_back(name);
  }
  std::sort(missing.begin(), missing.end());

  std::string problems;
  report(problems, "missing tensors", missing);
  report(problems, "unexpected tensors", extra);
  report(problems, "wrong shapes", misshapen);
  if (!problems.empty()) throw Error("ERR_WEIGHTS", path + " does not fit the architecture: " + problems);

  const at::NoGradGuard noGrad;
  for (const auto& [target, tensor] : copies) {
    target.copy_(at::from_blob(const_cast<uint8_t*>(tensor->bytes.data()), tensor->shape, toTorch(tensor->kind)));
  }
}

}  // namespace kinetorch

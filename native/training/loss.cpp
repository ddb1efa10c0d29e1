#include "native/training/loss.h"

#include <ATen/ATen.h>

#include <string>

#include "native/runtime/error.h"

namespace kinetorch::training {

Loss::Loss(const LossOptions& options, int64_t numClasses, at::Device device)
    : kind_(options.kind), labelSmoothing_(options.labelSmoothing), numClasses_(numClasses) {
  if (options.classWeights.empty()) return;
  if (static_cast<int64_t>(options.classWeights.size()) != numClasses) {
    throw Error("ERR_INVALID_ARGUMENT", "expected a class weight for each of " + std::to_string(numClasses) +
                                            " classes but received " + std::to_string(options.classWeights.size()));
  }
  hostClassWeights_ = at::tensor(options.classWeights, at::kDouble).to(at::kFloat);
  classWeights_ = hostClassWeights_.to(device);
}

at::Tensor Loss::sum(const at::Tensor& logits, const at::Tensor& targets) const {
  at::Tensor smooth = targets;
  if (labelSmoothing_ > 0) {
    const double elsewhere = kind_ == LossKind::kCrossEntropy ? static_cast<double>(numClasses_) : 2.0;
    smooth = targets * (1 - labelSmoothing_) + labelSmoothing_ / elsewhere;
  }
  if (kind_ == LossKind::kBinaryCrossEntropy) {
    return at::binary_cross_entropy_with_logits(logits, smooth, classWeights_, {}, at::Reduction::Sum) /
           static_cast<double>(numClasses_);
  }
  if (classWeights_.defined()) smooth = smooth * classWeights_;
  return -(logits.log_softmax(1) * smooth).sum();
}

double Loss::weight(const at::Tensor& targets) const {
  if (kind_ == LossKind::kBinaryCrossEntropy || !classWeights_.defined()) return static_cast<double>(targets.size(0));
  return (targets * hostClassWeights_).sum(at::kDouble).item<double>();
}

double Loss::plainSum(const at::Tensor& logits, const at::Tensor& targets) const {
  if (kind_ == LossKind::kBinaryCrossEntropy) {
    return at::binary_cross_entropy_with_logits(logits, targets, {}, {}, at::Reduction::Sum).item<double>() /
           static_cast<double>(numClasses_);
  }
  return -(logits.log_softmax(1) * targets).sum().item<double>();
}

at::Tensor Loss::probabilities(const at::Tensor& logits) const {
  return kind_ == LossKind::kBinaryCrossEntropy ? logits.sigmoid() : logits.softmax(1);
}

at::Tensor Loss::correct(const at::Tensor& logits, const at::Tensor& targets) const {
  if (kind_ == LossKind::kBinaryCrossEntropy) {
    return logits.gt(0).eq(targets.gt(0.5)).all(1).sum();
  }
  return logits.argmax(1).eq(targets.argmax(1)).sum();
}

}  // namespace kinetorch::training

#include "native/training/classification.h"

#include <ATen/ATen.h>

#include <string>

#include "native/model/check_logits.h"
#include "native/runtime/error.h"

namespace kinetorch::training {
namespace {

void checkCount(const char* what, size_t actual, int64_t expected) {
  if (static_cast<int64_t>(actual) == expected) return;
  throw Error("ERR_INVALID_ARGUMENT", "expected " + std::string(what) + ", " + std::to_string(expected) +
                                          ", but received " + std::to_string(actual));
}

std::string otherClasses(int64_t expected, int64_t given) {
  return "expected a model of " + std::to_string(expected) + " classes but this one gives " + std::to_string(given);
}

}  // namespace

at::Tensor logitsOf(const c10::IValue& outputs) {
  if (!outputs.isTensor()) {
    throw Error("ERR_MODEL_FORWARD",
                "expected forward to return one tensor but it returned " + outputs.type()->annotation_str());
  }
  return outputs.toTensor().to(at::kFloat);
}

Classification::Classification(const LossOptions& options, int64_t numClasses, at::Device device)
    : kind_(options.kind), labelSmoothing_(options.labelSmoothing), numClasses_(numClasses) {
  if (options.classWeights.empty()) return;
  if (static_cast<int64_t>(options.classWeights.size()) != numClasses) {
    throw Error("ERR_INVALID_ARGUMENT", "expected a class weight for each of " + std::to_string(numClasses) +
                                            " classes but received " + std::to_string(options.classWeights.size()));
  }
  hostClassWeights_ = at::tensor(options.classWeights, at::kDouble).to(at::kFloat);
  classWeights_ = hostClassWeights_.to(device);
}

at::Tensor Classification::targets(const TrainingBatch& batch) const {
  return kind_ == LossKind::kBinaryCrossEntropy ? ofTargets(batch) : ofLabels(batch);
}

at::Tensor Classification::ofLabels(const TrainingBatch& batch) const {
  checkCount("one label a clip", batch.labels.size(), batch.batch);
  at::Tensor targets = at::zeros({batch.batch, numClasses_}, at::kFloat);
  float* row = targets.mutable_data_ptr<float>();
  for (const int64_t label : batch.labels) {
    if (label < 0 || label >= numClasses_) {
      throw Error("ERR_INVALID_ARGUMENT", "expected labels from 0 to " + std::to_string(numClasses_ - 1) +
                                              " but received " + std::to_string(label));
    }
    row[label] = 1;
    row += numClasses_;
  }
  return targets;
}

at::Tensor Classification::ofTargets(const TrainingBatch& batch) const {
  checkCount("a target for each clip and class", batch.targets.size(), batch.batch * numClasses_);
  for (const float target : batch.targets) {
    if (target >= 0 && target <= 1) continue;
    throw Error("ERR_INVALID_ARGUMENT", "expected targets from 0 to 1 but received " + std::to_string(target));
  }
  return at::tensor(batch.targets, at::kFloat).view({batch.batch, numClasses_});
}

double Classification::weight(const at::Tensor& targets) const {
  if (kind_ == LossKind::kBinaryCrossEntropy || !classWeights_.defined()) return static_cast<double>(targets.size(0));
  return (targets * hostClassWeights_).sum(at::kDouble).item<double>();
}

void Classification::checkOutputs(const c10::IValue& outputs) const {
  model::checkLogits(logitsOf(outputs), numClasses_, {"one clip", otherClasses});
}

at::Tensor Classification::loss(const c10::IValue& outputs, const augmentation::PreparedBatch& batch) const {
  const at::Tensor logits = logitsOf(outputs);
  at::Tensor smooth = batch.targets;
  if (labelSmoothing_ > 0) {
    const double elsewhere = kind_ == LossKind::kCrossEntropy ? static_cast<double>(numClasses_) : 2.0;
    smooth = batch.targets * (1 - labelSmoothing_) + labelSmoothing_ / elsewhere;
  }
  if (kind_ == LossKind::kBinaryCrossEntropy) {
    return at::binary_cross_entropy_with_logits(logits, smooth, classWeights_, {}, at::Reduction::Sum) /
           static_cast<double>(numClasses_);
  }
  if (classWeights_.defined()) smooth = smooth * classWeights_;
  return -(logits.log_softmax(1) * smooth).sum();
}

NamedTensors Classification::metrics(const c10::IValue& outputs, const augmentation::PreparedBatch& batch) const {
  const at::Tensor logits = logitsOf(outputs);
  const at::Tensor correct = kind_ == LossKind::kBinaryCrossEntropy ? logits.gt(0).eq(batch.targets.gt(0.5)).all(1)
                                                                    : logits.argmax(1).eq(batch.targets.argmax(1));
  return {{"correct", correct.sum()}};
}

EvalResult Classification::evaluate(const c10::IValue& outputs, const augmentation::PreparedBatch& batch) const {
  const at::Tensor logits = logitsOf(outputs);
  const bool binary = kind_ == LossKind::kBinaryCrossEntropy;
  const at::Tensor lossSum =
      binary ? at::binary_cross_entropy_with_logits(logits, batch.targets, {}, {}, at::Reduction::Sum)
             : -(logits.log_softmax(1) * batch.targets).sum();
  const at::Tensor probabilities = (binary ? logits.sigmoid() : logits.softmax(1)).cpu().contiguous();
  const float* values = probabilities.const_data_ptr<float>();
  return {lossSum.item<double>() / (binary ? static_cast<double>(numClasses_) : 1.0),
          {values, values + probabilities.numel()}};
}

}  // namespace kinetorch::training

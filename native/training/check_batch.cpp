#include "native/training/check_batch.h"

#include <ATen/ATen.h>

#include <string>

#include "native/runtime/error.h"

namespace kinetorch::training {
namespace {

void checkSize(const char* name, int64_t actual, int64_t expected, bool orMore) {
  if (actual == expected || (orMore && actual > expected)) return;
  throw Error("ERR_CLIP_SHAPE", "expected clips of " + std::to_string(expected) + (orMore ? " or more " : " ") + name +
                                    " but received " + std::to_string(actual));
}

void checkCount(const char* what, size_t actual, int64_t expected) {
  if (static_cast<int64_t>(actual) == expected) return;
  throw Error("ERR_INVALID_ARGUMENT", "expected " + std::string(what) + ", " + std::to_string(expected) +
                                          ", but received " + std::to_string(actual));
}

at::Tensor ofLabels(const TrainingBatch& batch, int64_t numClasses) {
  checkCount("one label a clip", batch.labels.size(), batch.batch);
  at::Tensor targets = at::zeros({batch.batch, numClasses}, at::kFloat);
  float* row = targets.mutable_data_ptr<float>();
  for (const int64_t label : batch.labels) {
    if (label < 0 || label >= numClasses) {
      throw Error("ERR_INVALID_ARGUMENT", "expected labels from 0 to " + std::to_string(numClasses - 1) +
                                              " but received " + std::to_string(label));
    }
    row[label] = 1;
    row += numClasses;
  }
  return targets;
}

at::Tensor ofTargets(const TrainingBatch& batch, int64_t numClasses) {
  checkCount("a target for each clip and class", batch.targets.size(), batch.batch * numClasses);
  for (const float target : batch.targets) {
    if (target >= 0 && target <= 1) continue;
    throw Error("ERR_INVALID_ARGUMENT", "expected targets from 0 to 1 but received " + std::to_string(target));
  }
  return at::tensor(batch.targets, at::kFloat).view({batch.batch, numClasses});
}

}  // namespace

preprocessing::ClipBatch checkedClips(const TrainingBatch& batch, const preprocessing::InputSpec& input) {
  checkSize("frames", batch.frames, input.frames, false);
  checkSize("rows", batch.height, input.height, true);
  checkSize("columns", batch.width, input.width, true);
  const int64_t bytes = batch.batch * batch.frames * batch.height * batch.width * 3;
  if (batch.batch < 1 || static_cast<int64_t>(batch.data.size()) != bytes) {
    throw Error("ERR_CLIP_SHAPE", "expected a batch of " + std::to_string(bytes) + " bytes but received " +
                                      std::to_string(batch.data.size()));
  }
  return {batch.data.data(), batch.batch, batch.frames, batch.height, batch.width};
}

at::Tensor checkedTargets(const TrainingBatch& batch, LossKind loss, int64_t numClasses) {
  return loss == LossKind::kBinaryCrossEntropy ? ofTargets(batch, numClasses) : ofLabels(batch, numClasses);
}

}  // namespace kinetorch::training

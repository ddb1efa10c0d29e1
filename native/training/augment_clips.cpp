#include "native/training/augment_clips.h"

#include <ATen/ATen.h>

#include "native/augmentation/augment_batch.h"
#include "native/training/check_clips.h"
#include "native/training/classification.h"

namespace kinetorch::training {
namespace {

template <typename T>
std::vector<T> valuesOf(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.contiguous();
  const T* values = plain.const_data_ptr<T>();
  return {values, values + plain.numel()};
}

at::Tensor channels(const std::array<double, 3>& values) {
  return at::tensor({values[0], values[1], values[2]}, at::kDouble).to(at::kFloat);
}

}  // namespace

AugmentedClips augmentClips(const TrainingBatch& batch, const augmentation::AugmentOptions& options,
                            const preprocessing::InputSpec& input, int64_t numClasses, uint64_t seed) {
  const preprocessing::ClipBatch clips = checkedClips(batch, input);
  LossOptions loss;
  loss.kind = batch.labels.empty() ? LossKind::kBinaryCrossEntropy : LossKind::kCrossEntropy;
  augmentation::RandomState random(seed);
  const at::Tensor targets = Classification(loss, numClasses, at::kCPU).targets(batch);
  const augmentation::Augmentation augmentation =
      augmentation::drawAugmentation(clips, targets, options, input, random);
  const augmentation::PreparedBatch augmented =
      augmentation::augmentBatch(clips, targets, augmentation, input, at::kCPU);
  const at::Tensor pixels = augmented.clips.permute({0, 2, 3, 4, 1}) * channels(input.std) + channels(input.mean);
  return {valuesOf<uint8_t>((pixels * 255).round().clamp(0, 255).to(at::kByte)), valuesOf<float>(augmented.targets)};
}

}  // namespace kinetorch::training

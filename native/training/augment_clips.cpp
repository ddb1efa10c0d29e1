#include "native/training/augment_clips.h"

#include <ATen/ATen.h>

#include "native/augmentation/augment_batch.h"
#include "native/training/check_clips.h"
#include "native/training/classification.h"
#include "native/training/clip_pixels.h"

namespace kinetorch::training {

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
  const at::Tensor mixed = augmented.targets.contiguous();
  const auto* values = mixed.const_data_ptr<float>();
  return {clipPixels(augmented.clips, input), {values, values + mixed.numel()}};
}

}  // namespace kinetorch::training

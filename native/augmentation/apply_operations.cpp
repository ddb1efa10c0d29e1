#include "native/augmentation/apply_operations.h"

#include <vector>

#include "native/augmentation/frame_operations.h"
#include "native/augmentation/point_operations.h"
#include "native/preprocessing/byte_math.h"

namespace kinetorch::augmentation {
namespace {

void applyAll(const std::vector<Operation>& operations, const OperationStyle& style,
              const preprocessing::InputSpec& input, uint8_t* clip) {
  const int64_t framePixels = input.height * input.width;
  for (const Operation& operation : operations) {
    if (applyFrameOperation(operation, style.nearest, clip, input.frames, input.height, input.width)) continue;
    if (!style.byFrame) {
      applyPointOperation(operation, clip, input.frames * framePixels);
      continue;
    }
    for (int64_t frame = 0; frame < input.frames; ++frame) {
      applyPointOperation(operation, clip + frame * framePixels * preprocessing::kChannels, framePixels);
    }
  }
}

// Sums in the order of augment_tensors.cpp, cut off as torchvision does it.
void applyMixture(const Mixture& mixture, const OperationStyle& style, const preprocessing::InputSpec& input,
                  uint8_t* clip) {
  const auto size = static_cast<size_t>(input.frames * input.height * input.width * preprocessing::kChannels);
  std::vector<float> sums(size);
  const auto own = static_cast<float>(mixture.own);
  for (size_t i = 0; i < size; ++i) sums[i] = own * static_cast<float>(clip[i]);
  for (const Mixture::Chain& chain : mixture.chains) {
    std::vector<uint8_t> copy(clip, clip + size);
    applyAll(chain.operations, style, input, copy.data());
    const auto weight = static_cast<float>(chain.weight);
    for (size_t i = 0; i < size; ++i) {
      const float share = weight * static_cast<float>(copy[i]);
      sums[i] += share;
    }
  }
  for (size_t i = 0; i < size; ++i) clip[i] = preprocessing::truncateToByte(sums[i]);
}

}  // namespace

void applyOperations(const ClipPlan& plan, const preprocessing::InputSpec& input, uint8_t* clip) {
  if (plan.mixture) applyMixture(*plan.mixture, plan.style, input, clip);
  applyAll(plan.operations, plan.style, input, clip);
}

}  // namespace kinetorch::augmentation

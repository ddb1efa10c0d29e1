#include "native/augmentation/draw_augmentation.h"

#include <algorithm>
#include <string>

#include "native/augmentation/draw_batch_mix.h"
#include "native/augmentation/draw_clip_plan.h"
#include "native/runtime/error.h"

namespace kinetorch::augmentation {
namespace {

// The least of the probabilities of the clip's classes.
double flipProbability(const std::vector<double>& flip, const float* targets) {
  double least = 1;
  for (size_t label = 0; label < flip.size(); ++label) {
    if (targets[label] > 0) least = std::min(least, flip[label]);
  }
  return least;
}

std::vector<ClipPlan> drawPlans(const preprocessing::ClipBatch& clips, const at::Tensor& targets,
                                const AugmentOptions& options, const preprocessing::InputSpec& input,
                                RandomState& random) {
  const auto classes = static_cast<size_t>(targets.size(1));
  if (!options.flip.empty() && options.flip.size() != classes) {
    throw Error("ERR_INVALID_ARGUMENT", "expected a flip probability for each of " + std::to_string(classes) +
                                            " classes but received " + std::to_string(options.flip.size()));
  }
  const at::Tensor rows = targets.contiguous();
  const float* row = rows.const_data_ptr<float>();
  std::vector<ClipPlan> plans;
  for (int64_t index = 0; index < clips.batch; ++index, row += classes) {
    std::optional<double> flip;
    if (!options.flip.empty()) flip = flipProbability(options.flip, row);
    plans.push_back(drawClipPlan(clips, options, flip, input, random));
  }
  return plans;
}

}  // namespace

Augmentation drawAugmentation(const preprocessing::ClipBatch& clips, const at::Tensor& targets,
                              const AugmentOptions& options, const preprocessing::InputSpec& input,
                              RandomState& random) {
  Augmentation augmentation;
  augmentation.plans = drawPlans(clips, targets, options, input, random);
  augmentation.mix = drawBatchMix(options, input, random);
  return augmentation;
}

}  // namespace kinetorch::augmentation

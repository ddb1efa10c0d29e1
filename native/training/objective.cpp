#include "native/training/objective.h"

#include "native/training/classification.h"
#include "native/training/reconstruction.h"

namespace kinetorch::training {

std::shared_ptr<const Objective> makeObjective(const TrainerOptions& options, at::Device device) {
  switch (options.objective) {
    case ObjectiveKind::kReconstruction:
      return std::make_shared<Reconstruction>();
    case ObjectiveKind::kMaskedReconstruction:
      return std::make_shared<MaskedReconstruction>(options.mask, options.input);
    case ObjectiveKind::kClassification:
      break;
  }
  return std::make_shared<Classification>(options.loss, options.numClasses, device);
}

}  // namespace kinetorch::training

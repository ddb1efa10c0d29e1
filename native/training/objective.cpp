#include "native/training/objective.h"

#include "native/training/classification.h"

namespace kinetorch::training {

std::shared_ptr<const Objective> makeObjective(const TrainerOptions& options, at::Device device) {
  return std::make_shared<Classification>(options.loss, options.numClasses, device);
}

}  // namespace kinetorch::training

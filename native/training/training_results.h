#pragma once

#include <string>
#include <utility>
#include <vector>

namespace kinetorch::training {

// binding.d.ts's StepResult, where each of the metrics is a member by its name.
struct StepResult {
  double loss = 0;                                      // mean over the clips of all batches
  std::vector<std::pair<std::string, double>> metrics;  // sums over them; see Objective::metrics
  double gradNorm = 0;                                  // before clipping; 0 where not stepped
  bool stepped = true;  // false: float16 gradients overflowed, and the next step's loss is scaled up less
  double runMs = 0;
};

// See Objective::evaluate.
struct EvalResult {
  double lossSum = 0;                                        // over the clips
  std::vector<float> predictions;                            // a row for each clip, where the objective has some
  std::vector<std::pair<std::string, double>> metrics = {};  // as StepResult's
};

}  // namespace kinetorch::training

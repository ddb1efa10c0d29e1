#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "native/kernels/conv.h"
#include "native/network/operators/plan_store.h"
#include "native/network/optimize_options.h"

namespace kinetorch::network {

// What the convolutions of one network share.
class ConvolutionContext {
 public:
  ConvolutionContext(Optimization level, std::string planPath, int64_t maxWeightBytes)
      : level_(level), maxWeightBytes_(maxWeightBytes), store_(std::move(planPath)) {}

  bool allows(kernels::ConvAlgorithm algorithm) const;
  Optimization level() const { return level_; }
  PlanStore& store() { return store_; }
  // How long a convolution may measure what suits a size that it has not met; 0: it goes by what is known.
  void setMeasuringTime(std::chrono::duration<double> time) { measuringTime_ = time; }
  std::chrono::duration<double> measuringTime() const { return measuringTime_; }

  // Whether so many more bytes of packed weights may be kept, as those must that nothing can do without; they are
  // counted if so.
  bool reserveWeights(int64_t bytes, bool areNeeded);
  void releaseWeights(int64_t bytes) { weightBytes_ -= bytes; }

  // Whoever meets a new size holds it while it makes a choice.
  std::mutex& mutex() { return mutex_; }

 private:
  Optimization level_;
  int64_t maxWeightBytes_;
  int64_t weightBytes_ = 0;
  PlanStore store_;
  std::chrono::duration<double> measuringTime_{0};
  std::mutex mutex_;
};

}  // namespace kinetorch::network

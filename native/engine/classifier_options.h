#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "native/network/optimize_options.h"
#include "native/network/purpose.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::engine {

struct ClassifierOptions {
  std::vector<std::string> devices;  // as resolveDevices takes them; one executor for each that they name
  std::string precision;
  preprocessing::InputSpec input;
  int64_t numClasses = 0;
  std::optional<bool> givesProbabilities;  // not known: told by the network
  bool isMultiLabel = false;               // classes do not exclude each other
  network::Purpose purpose = network::Purpose::kClassify;
  int64_t maxBatchSize = 1;
  double maxDelayMs = 0;
  int64_t maxQueue = 1;
  int threads = 0;          // 0: all cores
  int64_t memoryLimit = 0;  // bytes of each CUDA device; 0: all there is
  network::OptimizeOptions optimize;
};

}  // namespace kinetorch::engine

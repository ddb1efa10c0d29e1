#pragma once

#include <cstdint>
#include <string>

#include "native/network/quantisation.h"

namespace kinetorch::network {

// What may be done to make a network faster: in float32 on a CPU, in any precision on CUDA.
enum class Optimization {
  kOff,    // nothing: the frozen network as LibTorch runs it
  kExact,  // other kernels, which add the same products in another order
  kFast,   // on a CPU Winograd's algorithms too: fewer multiplications, slightly larger rounding errors
};

struct OptimizeOptions {
  Optimization level = Optimization::kFast;
  std::string planFolder;            // where measurements are remembered; empty: nowhere
  double measureMs = 0;              // for all measuring, while loading; 0: algorithms are chosen by rule
  int64_t maxWeightBytes = 0;        // of weights packed for the kernels
  int64_t maxBatchSize = 1;          // the largest batch to expect
  NetworkQuantisation quantisation;  // on a CPU, with any level but kOff
};

}  // namespace kinetorch::network

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "native/preprocessing/clip.h"
#include "native/runtime/error.h"

namespace kinetorch::engine {

using Clock = std::chrono::steady_clock;

enum class Output { kTopK, kLogits, kProbabilities, kEmbedding };

struct Classification {
  std::vector<int32_t> indices;  // kTopK, best first
  std::vector<float> scores;     // kTopK
  std::vector<float> values;     // the other outputs
  double queueMs = 0;
  double runMs = 0;
  int64_t batchSize = 0;
};

// A clip that is to be classified.
struct Request {
  // Exactly one of result and error is there.
  using Done = std::function<void(std::optional<Classification> result, std::optional<Error> error)>;

  uint64_t id = 0;
  preprocessing::Clip clip;
  preprocessing::CropPosition crop;
  Output output = Output::kTopK;
  int64_t topK = 0;
  Done done;
  Clock::time_point submitted;

  bool wantsEmbedding() const { return output == Output::kEmbedding; }
};

}  // namespace kinetorch::engine

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <variant>
#include <vector>

#include "native/explanation/map_request.h"
#include "native/network/outputs.h"
#include "native/preprocessing/clip.h"
#include "native/preprocessing/clip_tensor.h"
#include "native/runtime/error.h"

namespace kinetorch::engine {

using Clock = std::chrono::steady_clock;

using RequestInput = std::variant<preprocessing::Frames, preprocessing::ClipTensor>;

// What somebody wants to know of a clip.
struct Wanted {
  network::OutputSet outputs;
  int64_t topK = 0;  // the most probable classes; 0: none
  std::optional<explanation::MapRequest> map = std::nullopt;

  // Whether the frozen network cannot give it: see GradientExecutor.
  bool needsUnfrozen() const { return map && map->needsUnfrozen(); }

  network::OutputSet sources() const {
    network::OutputSet all = outputs;
    if (topK > 0) all.add(network::Output::kProbabilities);
    if (map) all.add(network::Output::kLogits);
    if (map && !needsUnfrozen()) all.add(network::Output::kFeatures);
    return all.sources();
  }
};

struct OutputValues {
  std::vector<float> values;
  std::vector<int64_t> shape;
};

// Where a network looked.
struct ClipMap {
  std::vector<float> values;  // T×H×W of the network's input, from 0 to 1
  int64_t label = 0;          // the class that it speaks of
};

struct ClipResult {
  std::vector<int32_t> indices;             // of the most probable classes, best first
  std::vector<float> scores;                // theirs
  network::ByOutput<OutputValues> outputs;  // those that were wanted
  std::optional<ClipMap> map;
  double queueMs = 0;
  double runMs = 0;
  int64_t batchSize = 0;
};

// A clip that is to be run.
struct Request {
  // Exactly one of result and error is there.
  using Done = std::function<void(std::optional<ClipResult> result, std::optional<Error> error)>;

  uint64_t id = 0;  // of the call; its clips share it
  RequestInput input;
  Wanted wanted;
  Done done;
  Clock::time_point submitted;
};

}  // namespace kinetorch::engine

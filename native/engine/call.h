#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "native/engine/request.h"

namespace kinetorch::engine {

// Collects what becomes of the clips of one call, and hands it over when the last is done: all results in the clips'
// order, or the error of the first clip that has one.
class Call {
 public:
  using Done = std::function<void(std::optional<std::vector<ClipResult>> results, std::optional<Error> error)>;

  Call(size_t clips, Done done) : done_(std::move(done)), results_(clips), errors_(clips), running_(clips) {}

  // From any thread, once for each clip.
  void settle(size_t clip, std::optional<ClipResult> result, std::optional<Error> error) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (result) results_[clip] = std::move(*result);
      errors_[clip] = std::move(error);
      if (--running_ > 0) return;
    }
    for (const std::optional<Error>& each : errors_) {
      if (each) return done_(std::nullopt, each);
    }
    done_(std::move(results_), std::nullopt);
  }

 private:
  const Done done_;
  std::mutex mutex_;
  std::vector<ClipResult> results_;
  std::vector<std::optional<Error>> errors_;
  size_t running_;
};

}  // namespace kinetorch::engine

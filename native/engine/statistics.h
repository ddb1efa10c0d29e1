#pragma once

#include <cstdint>
#include <functional>
#include <mutex>

#include "native/engine/batch.h"

namespace kinetorch::engine {

// Since the classifier was made. Times in milliseconds.
struct ClassifierStats {
  uint64_t requests = 0;
  uint64_t completed = 0;
  uint64_t failed = 0;
  uint64_t cancelled = 0;
  uint64_t batches = 0;
  uint64_t queued = 0;
  uint64_t running = 0;
  double totalQueueMs = 0;
  double totalRunMs = 0;
  double maxQueueMs = 0;
  double maxRunMs = 0;
};

// Counts what a classifier does, from all of its threads.
class Statistics {
 public:
  // Counts a request when `push` has not thrown. Under the lock, so that none is seen completed before it is seen made.
  void addRequest(const std::function<void()>& push);
  void addCancelled();
  void beginBatch(const Batch& batch);
  // Of a batch whose items have a result or an error; these are given the batch's times.
  void endBatch(Batch& batch);
  ClassifierStats current() const;

 private:
  mutable std::mutex mutex_;
  ClassifierStats stats_;
};

}  // namespace kinetorch::engine

#pragma once

#include <cstdint>
#include <functional>
#include <mutex>

#include "native/engine/batch.h"
#include "native/engine/histogram.h"

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
  Histogram queueTimes;       // of clips, until their batch began
  Histogram runTimes;         // of batches
  Histogram preprocessTimes;  // of batches; on CUDA until one is on its way, after the others that were
  double maxQueueMs = 0;
  double maxRunMs = 0;
};

// Counts what a classifier does, from all of its threads.
class Statistics {
 public:
  // Counts requests when `push` has not thrown. Under the lock, so that none is seen completed before it is seen made.
  void addRequests(size_t count, const std::function<void()>& push);
  void addCancelled(size_t count);
  void beginBatch(const Batch& batch);
  void addPreprocessing(Clock::duration took);
  // Of a batch whose items have a result or an error; these are given the batch's times.
  void endBatch(Batch& batch);
  ClassifierStats current() const;

 private:
  mutable std::mutex mutex_;
  ClassifierStats stats_;
};

}  // namespace kinetorch::engine

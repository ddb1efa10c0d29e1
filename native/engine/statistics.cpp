#include "native/engine/statistics.h"

#include <algorithm>

namespace kinetorch::engine {
namespace {

double millisecondsBetween(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

}  // namespace

void Statistics::addRequests(size_t count, const std::function<void()>& push) {
  const std::lock_guard<std::mutex> lock(mutex_);
  push();
  stats_.requests += count;
}

void Statistics::addCancelled(size_t count) {
  const std::lock_guard<std::mutex> lock(mutex_);
  stats_.cancelled += count;
}

void Statistics::beginBatch(const Batch& batch) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++stats_.batches;
  stats_.running += batch.items.size();
  for (const BatchItem& item : batch.items) {
    const double waited = millisecondsBetween(item.request.submitted, batch.begin);
    stats_.queueTimes.add(waited);
    stats_.maxQueueMs = std::max(stats_.maxQueueMs, waited);
  }
}

void Statistics::addPreprocessing(Clock::duration took) {
  const std::lock_guard<std::mutex> lock(mutex_);
  stats_.preprocessTimes.add(std::chrono::duration<double, std::milli>(took).count());
}

void Statistics::endBatch(Batch& batch) {
  const double runMs = millisecondsBetween(batch.begin, Clock::now());
  uint64_t failed = 0;
  for (BatchItem& item : batch.items) {
    failed += item.error.has_value();
    if (!item.result) continue;
    item.result->queueMs = millisecondsBetween(item.request.submitted, batch.begin);
    item.result->runMs = runMs;
    item.result->batchSize = static_cast<int64_t>(batch.items.size());
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  stats_.running -= batch.items.size();
  stats_.failed += failed;
  stats_.completed += batch.items.size() - failed;
  stats_.runTimes.add(runMs);
  stats_.maxRunMs = std::max(stats_.maxRunMs, runMs);
}

ClassifierStats Statistics::current() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return stats_;
}

}  // namespace kinetorch::engine

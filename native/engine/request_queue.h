#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "native/engine/request.h"

namespace kinetorch::engine {

// Bounded, first in first out; gives requests out in batches, to one thread or several.
class RequestQueue {
 public:
  RequestQueue(size_t capacity, size_t maxBatchSize, std::chrono::duration<double, std::milli> maxDelay);

  // All or none of them. Throws ERR_QUEUE_FULL and ERR_DISPOSED.
  void push(std::vector<Request> requests);

  // Blocks until there is work, then waits up to maxDelay from the oldest request's arrival for company. Empty once the
  // queue is closed and drained.
  std::vector<Request> popBatch();

  // Takes the waiting requests of one call out.
  std::vector<Request> remove(uint64_t id);

  void close();
  std::vector<Request> takeAll();
  size_t size() const;

 private:
  // Until when the oldest request waits for company.
  Clock::time_point deadline() const;
  Error fullError(size_t more) const;

  const size_t capacity_;
  const size_t maxBatchSize_;
  const std::chrono::duration<double, std::milli> maxDelay_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Request> requests_;
  bool closed_ = false;
};

}  // namespace kinetorch::engine

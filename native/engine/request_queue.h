#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "native/engine/request.h"

namespace kinetorch::engine {

// Bounded, first in first out; gives requests out in batches, to one thread or several.
class RequestQueue {
 public:
  RequestQueue(size_t capacity, size_t maxBatchSize, std::chrono::duration<double, std::milli> maxDelay);

  // Throws ERR_QUEUE_FULL and ERR_DISPOSED.
  void push(Request request);

  // Blocks until there is work, then waits up to maxDelay from the oldest request's arrival for company. Requests of a
  // batch all want logits or all want embeddings. Empty once the queue is closed and drained.
  std::vector<Request> popBatch();

  // Takes one waiting request out.
  std::optional<Request> remove(uint64_t id);

  void close();
  std::vector<Request> takeAll();
  size_t size() const;

 private:
  // Until when the oldest request waits for company.
  Clock::time_point deadline() const;
  size_t batchLength() const;
  // Full, or followed by a request of the other kind: company cannot come any more.
  bool batchIsComplete() const;

  const size_t capacity_;
  const size_t maxBatchSize_;
  const std::chrono::duration<double, std::milli> maxDelay_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Request> requests_;
  bool closed_ = false;
};

}  // namespace kinetorch::engine

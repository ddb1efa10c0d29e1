#include "native/engine/request_queue.h"

#include <algorithm>
#include <iterator>

namespace kinetorch::engine {

RequestQueue::RequestQueue(size_t capacity, size_t maxBatchSize, std::chrono::duration<double, std::milli> maxDelay)
    : capacity_(capacity), maxBatchSize_(maxBatchSize), maxDelay_(maxDelay) {}

void RequestQueue::push(std::vector<Request> requests) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) throw Error("ERR_DISPOSED", "expected a model in use but this one was disposed of");
    if (requests_.size() + requests.size() > capacity_) throw fullError(requests.size());
    std::move(requests.begin(), requests.end(), std::back_inserter(requests_));
  }
  changed_.notify_one();
}

Error RequestQueue::fullError(size_t more) const {
  const std::string limit = "expected at most " + std::to_string(capacity_) + " waiting clips (batching.maxQueue) but ";
  if (more == 1) return {"ERR_QUEUE_FULL", limit + "that many already wait"};
  return {"ERR_QUEUE_FULL",
          limit + std::to_string(requests_.size()) + " already wait and this call has " + std::to_string(more)};
}

std::vector<Request> RequestQueue::popBatch() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return closed_ || !requests_.empty(); });
    if (requests_.empty()) return {};
    const bool isReady =
        changed_.wait_until(lock, deadline(), [this] { return closed_ || requests_.size() >= maxBatchSize_; });
    // While this waited, all may have been cancelled, or taken by another, and younger requests have come.
    if (!requests_.empty() && (isReady || deadline() <= Clock::now())) break;
  }
  const auto end = requests_.begin() + static_cast<std::ptrdiff_t>(std::min(maxBatchSize_, requests_.size()));
  std::vector<Request> batch(std::make_move_iterator(requests_.begin()), std::make_move_iterator(end));
  requests_.erase(requests_.begin(), end);
  // Another may sleep whose call came while this was awake.
  if (!requests_.empty()) changed_.notify_one();
  return batch;
}

Clock::time_point RequestQueue::deadline() const {
  return requests_.front().submitted + std::chrono::duration_cast<Clock::duration>(maxDelay_);
}

std::vector<Request> RequestQueue::remove(uint64_t id) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found =
      std::stable_partition(requests_.begin(), requests_.end(), [id](const Request& each) { return each.id != id; });
  std::vector<Request> removed(std::make_move_iterator(found), std::make_move_iterator(requests_.end()));
  requests_.erase(found, requests_.end());
  return removed;
}

void RequestQueue::close() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

std::vector<Request> RequestQueue::takeAll() {
  std::lock_guard<std::mutex> lock(mutex_);
  std::vector<Request> all(std::make_move_iterator(requests_.begin()), std::make_move_iterator(requests_.end()));
  requests_.clear();
  return all;
}

size_t RequestQueue::size() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return requests_.size();
}

}  // namespace kinetorch::engine

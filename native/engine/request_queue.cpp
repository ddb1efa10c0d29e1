#include "native/engine/request_queue.h"

#include <algorithm>
#include <iterator>

namespace kinetorch::engine {

RequestQueue::RequestQueue(size_t capacity, size_t maxBatchSize, std::chrono::duration<double, std::milli> maxDelay)
    : capacity_(capacity), maxBatchSize_(maxBatchSize), maxDelay_(maxDelay) {}

void RequestQueue::push(Request request) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) throw Error("ERR_DISPOSED", "expected a model in use but this one was disposed of");
    if (requests_.size() >= capacity_) {
      throw Error("ERR_QUEUE_FULL", "expected at most " + std::to_string(capacity_) +
                                        " waiting clips (batching.maxQueue) but that many already wait");
    }
    requests_.push_back(std::move(request));
  }
  changed_.notify_one();
}

std::vector<Request> RequestQueue::popBatch() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return closed_ || !requests_.empty(); });
    if (requests_.empty()) return {};
    const bool isReady = changed_.wait_until(lock, deadline(), [this] { return closed_ || batchIsComplete(); });
    // While this waited, all may have been cancelled, or taken by another, and younger requests have come.
    if (!requests_.empty() && (isReady || deadline() <= Clock::now())) break;
  }
  const auto end = requests_.begin() + static_cast<std::ptrdiff_t>(batchLength());
  std::vector<Request> batch(std::make_move_iterator(requests_.begin()), std::make_move_iterator(end));
  requests_.erase(requests_.begin(), end);
  // Another may sleep whose call came while this was awake.
  if (!requests_.empty()) changed_.notify_one();
  return batch;
}

Clock::time_point RequestQueue::deadline() const {
  return requests_.front().submitted + std::chrono::duration_cast<Clock::duration>(maxDelay_);
}

size_t RequestQueue::batchLength() const {
  size_t length = 0;
  while (length < std::min(maxBatchSize_, requests_.size()) &&
         requests_[length].wantsEmbedding() == requests_.front().wantsEmbedding()) {
    ++length;
  }
  return length;
}

bool RequestQueue::batchIsComplete() const {
  const size_t length = batchLength();
  return length == maxBatchSize_ || length < requests_.size();
}

std::optional<Request> RequestQueue::remove(uint64_t id) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found =
      std::find_if(requests_.begin(), requests_.end(), [id](const Request& request) { return request.id == id; });
  if (found == requests_.end()) return std::nullopt;
  Request request = std::move(*found);
  requests_.erase(found);
  return request;
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

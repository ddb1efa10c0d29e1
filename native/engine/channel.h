#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

namespace kinetorch::engine {

// Hands values from thread to thread in the order they were put in. Whoever uses it bounds how many there are.
template <typename T>
class Channel {
 public:
  void put(T value) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      values_.push_back(std::move(value));
    }
    changed_.notify_one();
  }

  // Blocks until there is a value; none once the channel is closed and empty.
  std::optional<T> take() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !values_.empty(); });
    if (values_.empty()) return std::nullopt;
    T value = std::move(values_.front());
    values_.pop_front();
    return value;
  }

  void close() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> values_;
  bool closed_ = false;
};

}  // namespace kinetorch::engine

#pragma once

#include <memory>
#include <type_traits>

namespace kinetorch::kernels {

// Refers to something that can be called with the index of a task, and that must outlive it. std::function would
// allocate.
class Task {
 public:
  template <typename Callable, typename = std::enable_if_t<!std::is_same_v<std::remove_cv_t<Callable>, Task>>>
  Task(Callable& callable)
      : callable_(std::addressof(callable)),
        call_([](const void* to, int task) { (*static_cast<Callable*>(const_cast<void*>(to)))(task); }) {}

  void operator()(int task) const { call_(callable_, task); }

 private:
  const void* callable_;
  void (*call_)(const void*, int);
};

// Where the kernels get their threads from, so that they share one pool with whatever else runs in the process.
class ParallelFor {
 public:
  virtual ~ParallelFor() = default;

  // How many tasks can run at once; at least 1.
  virtual int threads() const = 0;

  // Calls task(0) … task(count - 1), each once, on any threads and in any order, and returns when all are done.
  // `count` is at most threads().
  virtual void run(int count, Task task) = 0;
};

class SerialFor final : public ParallelFor {
 public:
  int threads() const override { return 1; }
  void run(int count, Task task) override {
    for (int index = 0; index < count; ++index) task(index);
  }
};

}  // namespace kinetorch::kernels

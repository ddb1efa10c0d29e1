#include "native/engine/serial_thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <vector>

namespace kinetorch::engine {
namespace {

TEST(SerialThread, RunsTasksInOrderOnOneThreadOfItsOwn) {
  std::vector<int> order;
  std::vector<std::thread::id> threads;
  std::promise<void> done;
  SerialThread thread;
  for (int i = 0; i < 50; ++i) {
    thread.post([&, i] {
      order.push_back(i);
      threads.push_back(std::this_thread::get_id());
    });
  }
  thread.post([&] { done.set_value(); });
  done.get_future().wait();
  ASSERT_EQ(order.size(), 50u);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(order[i], i);
    EXPECT_EQ(threads[i], threads[0]);
  }
  EXPECT_NE(threads[0], std::this_thread::get_id());
}

TEST(SerialThread, TakesTasksFromItsOwnTasks) {
  std::promise<void> done;
  SerialThread thread;
  thread.post([&] { thread.post([&] { done.set_value(); }); });
  done.get_future().wait();
}

TEST(SerialThread, FinishesTheTaskThatRunsAndDropsTheOthersWhenDestroyed) {
  std::promise<void> started;
  std::promise<void> mayEnd;
  std::atomic<bool> finished{false};
  std::atomic<int> others{0};
  const auto captured = std::make_shared<int>(0);
  auto thread = std::make_unique<SerialThread>();
  thread->post([&] {
    started.set_value();
    mayEnd.get_future().wait();
    finished = true;
  });
  for (int i = 0; i < 5; ++i) thread->post([&others, captured] { ++others; });
  started.get_future().wait();
  EXPECT_EQ(captured.use_count(), 6);
  auto destroyed = std::async(std::launch::async, [&] { thread.reset(); });
  // The dropped tasks go before the running one ends.
  while (captured.use_count() > 1) std::this_thread::yield();
  EXPECT_FALSE(finished);
  mayEnd.set_value();
  destroyed.get();
  EXPECT_TRUE(finished);
  EXPECT_EQ(others, 0);
}

}  // namespace
}  // namespace kinetorch::engine

#include "native/engine/request_queue.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "native/runtime/error.h"

namespace kinetorch::engine {
namespace {

using std::chrono::milliseconds;

Request request(uint64_t id) {
  Request request;
  request.id = id;
  request.submitted = Clock::now();
  return request;
}

std::vector<uint64_t> idsOf(const std::vector<Request>& batch) {
  std::vector<uint64_t> ids;
  for (const Request& request : batch) ids.push_back(request.id);
  return ids;
}

std::string codeOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return "";
}

using Ids = std::vector<uint64_t>;

TEST(RequestQueue, GivesBatchesInOrderAndNoLargerThanAllowed) {
  RequestQueue queue(10, 3, milliseconds(0));
  for (uint64_t id = 1; id <= 7; ++id) queue.push({request(id)});
  EXPECT_EQ(idsOf(queue.popBatch()), (Ids{1, 2, 3}));
  EXPECT_EQ(idsOf(queue.popBatch()), (Ids{4, 5, 6}));
  EXPECT_EQ(queue.size(), 1u);
  EXPECT_EQ(idsOf(queue.popBatch()), (Ids{7}));
}

TEST(RequestQueue, RefusesOneMoreThanItsCapacityUntilThereIsRoom) {
  RequestQueue queue(2, 1, milliseconds(0));
  queue.push({request(1)});
  queue.push({request(2)});
  EXPECT_EQ(codeOf([&] { queue.push({request(3)}); }), "ERR_QUEUE_FULL");
  EXPECT_EQ(queue.size(), 2u);
  queue.popBatch();
  queue.push({request(4)});
  EXPECT_EQ(idsOf(queue.popBatch()), (Ids{2}));
  EXPECT_EQ(idsOf(queue.popBatch()), (Ids{4}));
}

TEST(RequestQueue, TakesAllClipsOfACallOrNone) {
  RequestQueue queue(5, 3, milliseconds(0));  // room for one of the two that are refused
  std::vector<Request> three;
  for (int i = 0; i < 3; ++i) three.push_back(request(2));
  queue.push({request(1)});
  queue.push(three);
  EXPECT_EQ(codeOf([&] { queue.push({request(3), request(3)}); }), "ERR_QUEUE_FULL");
  EXPECT_EQ(queue.size(), 4u);
  EXPECT_EQ(idsOf(queue.popBatch()), (Ids{1, 2, 2}));
  queue.push({request(3), request(3)});
  EXPECT_EQ(idsOf(queue.popBatch()), (Ids{2, 3, 3}));
}

TEST(RequestQueue, TakesOutAllClipsOfACall) {
  RequestQueue queue(9, 9, milliseconds(0));
  queue.push({request(1)});
  queue.push({request(2), request(2)});
  queue.push({request(3)});
  EXPECT_EQ(idsOf(queue.remove(2)), (Ids{2, 2}));
  EXPECT_EQ(idsOf(queue.popBatch()), (Ids{1, 3}));
}

TEST(RequestQueue, WaitsForCompanyFromTheOldestRequestsArrival) {
  RequestQueue queue(10, 3, milliseconds(100));
  const Clock::time_point begin = Clock::now();
  queue.push({request(1)});
  EXPECT_EQ(idsOf(queue.popBatch()), (Ids{1}));
  EXPECT_GE(Clock::now() - begin, milliseconds(100));

  Request old = request(2);
  old.submitted -= milliseconds(500);
  queue.push({std::move(old)});
  const Clock::time_point again = Clock::now();
  EXPECT_EQ(idsOf(queue.popBatch()), (Ids{2}));
  EXPECT_LT(Clock::now() - again, milliseconds(100));
}

TEST(RequestQueue, StopsWaitingWhenTheBatchIsFull) {
  RequestQueue queue(10, 2, milliseconds(60'000));
  auto batch = std::async(std::launch::async, [&] { return idsOf(queue.popBatch()); });
  queue.push({request(1)});
  std::this_thread::sleep_for(milliseconds(20));
  queue.push({request(2)});
  EXPECT_EQ(batch.get(), (Ids{1, 2}));
}

TEST(RequestQueue, TakesOneOutAndWaitsOnWhenNothingIsLeft) {
  RequestQueue queue(10, 4, milliseconds(50));
  queue.push({request(1)});
  queue.push({request(2)});
  EXPECT_EQ(idsOf(queue.remove(1)), (Ids{1}));
  EXPECT_TRUE(queue.remove(1).empty());
  EXPECT_TRUE(queue.remove(9).empty());
  EXPECT_EQ(idsOf(queue.popBatch()), (Ids{2}));

  auto batch = std::async(std::launch::async, [&] { return idsOf(queue.popBatch()); });
  queue.push({request(3)});
  queue.remove(3);
  std::this_thread::sleep_for(milliseconds(100));
  queue.push({request(4)});
  EXPECT_EQ(batch.get(), (Ids{4}));
}

TEST(RequestQueue, GivesOutWhatItHoldsWhenClosedAndThenNothing) {
  RequestQueue queue(10, 2, milliseconds(60'000));
  queue.push({request(1)});
  queue.push({request(2)});
  queue.push({request(3)});
  queue.close();
  EXPECT_EQ(codeOf([&] { queue.push({request(4)}); }), "ERR_DISPOSED");
  EXPECT_EQ(idsOf(queue.popBatch()), (Ids{1, 2}));
  EXPECT_EQ(idsOf(queue.popBatch()), (Ids{3}));
  EXPECT_TRUE(queue.popBatch().empty());
  EXPECT_TRUE(queue.popBatch().empty());
}

TEST(RequestQueue, ClosingWakesAWaitingConsumer) {
  RequestQueue queue(10, 2, milliseconds(0));
  auto batch = std::async(std::launch::async, [&] { return queue.popBatch().empty(); });
  std::this_thread::sleep_for(milliseconds(20));
  queue.close();
  EXPECT_TRUE(batch.get());
}

TEST(RequestQueue, TakesAll) {
  RequestQueue queue(10, 2, milliseconds(0));
  for (uint64_t id = 1; id <= 3; ++id) queue.push({request(id)});
  EXPECT_EQ(idsOf(queue.takeAll()), (Ids{1, 2, 3}));
  EXPECT_EQ(queue.size(), 0u);
}

TEST(RequestQueue, OfSeveralConsumersOneTakesABatchAndTheOthersWaitOnForYoungerRequests) {
  RequestQueue queue(10, 2, milliseconds(200));
  const auto consume = [&] {
    const std::vector<Request> batch = queue.popBatch();
    const auto waited = batch.empty() ? milliseconds(0) : Clock::now() - batch.front().submitted;
    return std::make_pair(idsOf(batch), waited);
  };
  auto first = std::async(std::launch::async, consume);
  auto second = std::async(std::launch::async, consume);
  std::this_thread::sleep_for(milliseconds(20));
  queue.push({request(1)});
  std::this_thread::sleep_for(milliseconds(50));  // both know of it
  queue.push({request(2)});
  std::this_thread::sleep_for(milliseconds(50));
  queue.push({request(3)});
  auto [ids, waited] = first.get();
  auto [otherIds, otherWaited] = second.get();
  if (ids != Ids{1, 2}) {
    std::swap(ids, otherIds);
    std::swap(waited, otherWaited);
  }
  EXPECT_EQ(ids, (Ids{1, 2}));
  EXPECT_EQ(otherIds, (Ids{3}));
  // Not only until the first one's time was up.
  EXPECT_GE(otherWaited, milliseconds(200));
}

TEST(RequestQueue, LosesNothingBetweenManyThreads) {
  constexpr uint64_t kEach = 500;
  RequestQueue queue(2000, 7, milliseconds(1));
  std::vector<std::thread> producers;
  for (uint64_t producer = 0; producer < 4; ++producer) {
    producers.emplace_back([&queue, producer] {
      for (uint64_t i = 0; i < kEach; ++i) queue.push({request(producer * kEach + i)});
    });
  }
  std::vector<uint64_t> last(4, 0);
  size_t received = 0;
  while (received < 4 * kEach) {
    const std::vector<Request> batch = queue.popBatch();
    ASSERT_LE(batch.size(), 7u);
    for (const Request& request : batch) {
      const uint64_t place = request.id % kEach + 1;
      uint64_t& previous = last[request.id / kEach];
      EXPECT_EQ(place, previous + 1);
      previous = place;
    }
    received += batch.size();
  }
  for (std::thread& producer : producers) producer.join();
  EXPECT_EQ(queue.size(), 0u);
}

}  // namespace
}  // namespace kinetorch::engine

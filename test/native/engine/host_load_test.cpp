#include "native/engine/host_load.h"

#include <gtest/gtest.h>

namespace kinetorch::engine {
namespace {

using std::chrono::milliseconds;

// Batches of 100 ms, one after the other, in which this thread had the processor for so many.
class HostLoadTest : public ::testing::Test {
 protected:
  void batch(int processorMs) {
    now_ += milliseconds(100);
    load_.record(now_, milliseconds(100), milliseconds(processorMs));
  }
  void alone(int ms) {
    now_ += milliseconds(ms);
    load_.recordAlone(now_, milliseconds(ms));
  }
  bool isBusyIn(int ms) const { return load_.isBusy(now_ + milliseconds(ms)); }

 private:
  HostLoad load_;
  Clock::time_point now_ = Clock::now();
};

TEST_F(HostLoadTest, AHostOfItsOwnIsNotBusy) {
  EXPECT_FALSE(isBusyIn(0));
  for (int i = 0; i < 5; ++i) batch(98);
  EXPECT_FALSE(isBusyIn(0));
}

TEST_F(HostLoadTest, APassingDisturbanceIsNotEnough) {
  batch(40);
  EXPECT_FALSE(isBusyIn(0));
  batch(99);
  batch(40);
  EXPECT_FALSE(isBusyIn(0));
}

TEST_F(HostLoadTest, PausesTheTeamForLongerAsLongAsTheHostIsBusy) {
  batch(40);
  batch(40);
  EXPECT_TRUE(isBusyIn(240));
  EXPECT_FALSE(isBusyIn(260));
  // A single trial is enough from here on.
  batch(40);
  EXPECT_TRUE(isBusyIn(490));
  EXPECT_FALSE(isBusyIn(510));
  for (int i = 0; i < 20; ++i) batch(40);
  EXPECT_TRUE(isBusyIn(7'990));
  EXPECT_FALSE(isBusyIn(8'010));
}

TEST_F(HostLoadTest, ForgetsWhenTheHostIsFreeAgain) {
  for (int i = 0; i < 10; ++i) batch(40);
  batch(99);
  batch(40);
  EXPECT_FALSE(isBusyIn(9'000));
  batch(40);
  EXPECT_TRUE(isBusyIn(240));
  EXPECT_FALSE(isBusyIn(260));
}

TEST_F(HostLoadTest, StaysAloneWhileThatIsFaster) {
  batch(40);
  batch(40);
  alone(60);
  alone(60);
  EXPECT_TRUE(isBusyIn(120));
  alone(110);
  EXPECT_FALSE(isBusyIn(0));
  // It was faster before: that it is slower has to show twice.
  batch(40);
  EXPECT_TRUE(isBusyIn(0));
  alone(110);
  batch(40);
  EXPECT_FALSE(isBusyIn(0));
}

TEST_F(HostLoadTest, TriesMoreAndMoreSeldomWhatIsSlower) {
  int tries = 0;
  for (int i = 0; i < 300; ++i) {
    if (!isBusyIn(0)) {
      batch(40);
    } else {
      ++tries;
      alone(400);
    }
  }
  EXPECT_GE(tries, 5);  // in about 33 s
  EXPECT_LE(tries, 10);
}

TEST(ProcessorTime, GrowsWhileThisThreadComputes) {
  const HostLoad::Duration before = processorTime();
  for (volatile int i = 0; i < 10'000'000; i = i + 1) {
  }
  EXPECT_GT(processorTime(), before);
}

}  // namespace
}  // namespace kinetorch::engine

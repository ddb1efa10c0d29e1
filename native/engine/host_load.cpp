#include "native/engine/host_load.h"

#include <algorithm>

#ifndef _WIN32
#include <ctime>
#endif

namespace kinetorch::engine {
namespace {

using std::chrono::milliseconds;

constexpr double kOwnShare = 0.75;  // of the time; on a host of its own a thread has nearly all
constexpr int kBusyBatches = 2;     // one may have met with a passing disturbance
constexpr milliseconds kFirstPause(250);
constexpr milliseconds kLongestPause(8000);

}  // namespace

void HostLoad::record(Clock::time_point end, Duration wall, Duration processor) {
  const std::chrono::duration<double> took(wall);
  withTeam_ = wall;
  if (std::chrono::duration<double>(processor) >= kOwnShare * took) {
    busyBatches_ = 0;
    pause_ = {};
    return;
  }
  // Once the host was found busy, a single batch is enough to tell that it still is.
  if (++busyBatches_ < kBusyBatches && pause_ == Duration()) return;
  if (end < aloneAgain_) return;
  pause_ = std::clamp<Duration>(2 * pause_, kFirstPause, kLongestPause);
  teamAgain_ = end + pause_;
}

void HostLoad::recordAlone(Clock::time_point end, Duration wall) {
  const bool isFaster = wall < withTeam_;
  if (!isFaster) {
    teamAgain_ = end;
    if (!wasFasterAlone_) aloneAgain_ = end + pause_;  // else it may have met with a passing disturbance
  }
  wasFasterAlone_ = isFaster;
}

HostLoad::Duration processorTime() {
#ifdef CLOCK_THREAD_CPUTIME_ID
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
#else
  return Clock::now().time_since_epoch();  // as though it had all
#endif
}

}  // namespace kinetorch::engine

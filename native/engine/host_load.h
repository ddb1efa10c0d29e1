#pragma once

#include <chrono>

#include "native/engine/request.h"

namespace kinetorch::engine {

// Note [A busy host]
// Threads that share a layer wait for each other at its end. Where something else wants their cores as well (other
// programs, decoders, the event loop, a limit of the container), some of them are not running, and each wait takes as
// long as the system lets others run: some milliseconds for each of fifty layers that take a tenth of one. Then clips
// are classified sooner by one thread alone. Batches that are shared by clips wait once, and keep their team.
//
// A thread that computes, or spins a little while it waits, has the processor all the time; how much less it had is how
// much others took.
//
// Whether one thread is then sooner is another matter: not where only one of many cores is taken, nor where threads
// wait without the processor because they were told to (OMP_WAIT_POLICY). So it is tried, and lasts while it is faster.
class HostLoad {
 public:
  using Duration = Clock::duration;

  // Whether this is a time to do without a team.
  bool isBusy(Clock::time_point now) const { return now < teamAgain_; }

  // What each clip of a batch took on a team: by the clock, and of the processor in the thread that waited for the
  // others.
  void record(Clock::time_point end, Duration wall, Duration processor);
  // What each clip of a batch took by the clock without one.
  void recordAlone(Clock::time_point end, Duration wall);

 private:
  int busyBatches_ = 0;  // one after the other
  Duration pause_{};
  Duration withTeam_{};  // a clip of the last batch
  Clock::time_point teamAgain_{};
  bool wasFasterAlone_ = false;     // the last batch without one
  Clock::time_point aloneAgain_{};  // it was slower
};

// The processor's time that this thread has had.
HostLoad::Duration processorTime();

}  // namespace kinetorch::engine

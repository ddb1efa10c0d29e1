#pragma once

#include <c10/core/Device.h>

#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "native/engine/batch_runner.h"
#include "native/engine/channel.h"
#include "native/engine/classifier_options.h"
#include "native/engine/host_load.h"
#include "native/engine/network_factory.h"
#include "native/engine/request_queue.h"
#include "native/engine/statistics.h"

namespace kinetorch::engine {

// How batches go through an executor. Note [Threads]
enum class Way { kInTurn, kPipelined };

// One device: the network on it, and the threads that take batches from the queue and run them there.
//
// Note [Threads]
// One thread loads the network and launches every batch, so that the OpenMP team LibTorch makes for it is made once and
// sized once. On a CPU it does everything else too: another would take its cores. On CUDA two more threads stage the
// next batch and complete the last one, and two batches are on their way, so that copies, network and results overlap.
class Executor {
 public:
  struct Info {
    std::string precision;
    network::OutputSet outputs;
    int64_t bytes = 0;  // of the parameters, on the device
    bool givesProbabilities = false;
    std::vector<std::string> warnings;  // what a person should know of how the network runs
  };

  // Queue and statistics are shared, and outlive it.
  Executor(c10::Device device, Way way, const ClassifierOptions& options, NetworkFactory networks, RequestQueue& queue,
           Statistics& statistics, const HostLoad& hostLoad = {});
  // Blocks until the queue is closed and drained; then frees the network.
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // Blocks until the network is loaded. Throws what loading threw.
  Info loaded() { return loaded_.get(); }

 private:
  // A batch on its way.
  struct Flight {
    Batch batch;
    BatchRunner::Slot* slot = nullptr;
    std::optional<Error> failure;  // of the whole batch
    bool isComplete = false;       // every item has its result or error
  };

  void run(NetworkFactory networks);
  Info load(NetworkFactory networks);
  void stageAll();
  void launchAll();
  void completeAll();
  void serveInTurn();
  bool serveNext();
  void serve(Flight& flight) const;
  void join();

  // Blocks for a batch; an empty one once the queue is closed and drained.
  Flight take(BatchRunner::Slot* slot);
  void stage(Flight& flight) const;
  void launch(Flight& flight) const;
  // Calls every request's `done`.
  void complete(Flight& flight) const;

  const c10::Device device_;
  const ClassifierOptions options_;
  const bool pipelined_;
  RequestQueue& queue_;
  Statistics& statistics_;
  std::promise<Info> loading_;
  std::future<Info> loaded_ = loading_.get_future();
  std::optional<BatchRunner> runner_;
  std::deque<BatchRunner::Slot> slots_;
  HostLoad hostLoad_;
  bool sharesClips_ = false;
  Channel<BatchRunner::Slot*> idle_;
  Channel<Flight> staged_;
  Channel<Flight> launched_;
  std::vector<std::thread> threads_;
};

// Makes the executor of each device. It loads the network on its own thread.
struct ExecutorFactory {
  std::function<std::unique_ptr<Executor>(c10::Device device, RequestQueue& queue, Statistics& statistics)> make;
};

}  // namespace kinetorch::engine

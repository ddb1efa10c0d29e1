#include "native/engine/executor.h"

#include <ATen/Parallel.h>
#include <c10/core/DeviceGuard.h>

#include "native/runtime/block_cache.h"
#include "native/runtime/device.h"
#include "native/runtime/device_memory.h"
#include "native/runtime/parallel_for.h"
#include "native/runtime/runtime_info.h"

namespace kinetorch::engine {
namespace {

// One is copied and preprocessed while the other runs.
constexpr int kBatchesInFlight = 2;

template <typename Step>
void attempt(std::optional<Error>& failure, const Step& step) {
  if (failure) return;
  try {
    step();
  } catch (...) {
    failure = currentError("ERR_MODEL_FORWARD");
  }
}

}  // namespace

Executor::Executor(c10::Device device, Way way, const ClassifierOptions& options, NetworkFactory networks,
                   RequestQueue& queue, Statistics& statistics, const HostLoad& hostLoad)
    : device_(device),
      options_(options),
      pipelined_(way == Way::kPipelined),
      queue_(queue),
      statistics_(statistics),
      hostLoad_(hostLoad) {
  try {
    if (pipelined_) {
      threads_.emplace_back([this] { completeAll(); });
      threads_.emplace_back([this] { stageAll(); });
    }
    threads_.emplace_back([this, networks = std::move(networks)]() mutable { run(std::move(networks)); });
  } catch (...) {  // the system has no more threads
    idle_.close();
    launched_.close();
    join();
    throw;
  }
}

Executor::~Executor() {
  join();
  const c10::DeviceGuard guard(device_);  // else CUDA would take memory of the first device as well
  slots_.clear();
  runner_.reset();
  releaseCachedMemory(device_);
}

void Executor::join() {
  for (std::thread& thread : threads_) thread.join();
}

void Executor::run(NetworkFactory networks) {
  try {
    loading_.set_value(load(std::move(networks)));
  } catch (...) {
    loading_.set_exception(std::current_exception());
    idle_.close();
    if (!pipelined_) return;
  }
  pipelined_ ? launchAll() : serveInTurn();
}

Executor::Info Executor::load(NetworkFactory networks) {
  // Always said: a number once set becomes the default of every thread that starts later.
  at::set_num_threads(options_.threads > 0 ? options_.threads : defaultThreads());
  if (options_.memoryLimit > 0) limitMemory(device_, options_.memoryLimit);
  const c10::ScalarType precision = resolvePrecision(options_.precision, device_);
  std::unique_ptr<network::Network> owned = networks.make(device_, precision);
  const network::Network& network = *owned;
  sharesClips_ = network.sharesClips();
  const std::vector<int64_t> sizes = pipelined_ ? bucketSizes(options_.maxBatchSize) : std::vector<int64_t>();
  runner_.emplace(std::move(owned), options_.input, options_.isMultiLabel, device_, precision, sizes);
  for (int i = 0; i < (pipelined_ ? kBatchesInFlight : 1); ++i) slots_.emplace_back(*runner_);
  for (BatchRunner::Slot& slot : slots_) idle_.put(&slot);
  return {network.isInt8() ? "int8" : precisionName(precision), network.outputs().computable(), network.bytes(),
          network.givesProbabilities(), network.warnings()};
}

void Executor::stageAll() {
  while (const auto slot = idle_.take()) {
    Flight flight = take(*slot);
    if (flight.batch.items.empty()) break;
    stage(flight);
    staged_.put(std::move(flight));
  }
  staged_.close();
}

void Executor::launchAll() {
  while (auto flight = staged_.take()) {
    launch(*flight);
    launched_.put(std::move(*flight));
  }
  launched_.close();
}

void Executor::completeAll() {
  while (auto flight = launched_.take()) {
    complete(*flight);
    idle_.put(flight->slot);
  }
}

void Executor::serveInTurn() {
  KeptBlocks blocks;
  while (serveNext()) blocks.endStep();
}

// A batch and its clips live no longer than it takes to serve them.
bool Executor::serveNext() {
  Flight flight = take(&slots_.front());
  if (flight.batch.items.empty()) return false;
  const Clock::time_point begin = Clock::now();
  const auto clips = static_cast<int64_t>(flight.batch.items.size());
  const int threads = parallelThreads();
  const bool waitsOnce = sharesClips_ && clips >= threads;
  if (threads == 1 || waitsOnce) {
    serve(flight);
  } else if (hostLoad_.isBusy(begin)) {
    const WithoutTeam alone;
    serve(flight);
    const Clock::time_point end = Clock::now();
    hostLoad_.recordAlone(end, (end - begin) / clips);
  } else {
    const HostLoad::Duration processorBefore = processorTime();
    serve(flight);
    const Clock::time_point end = Clock::now();
    hostLoad_.record(end, (end - begin) / clips, (processorTime() - processorBefore) / clips);
  }
  return true;
}

void Executor::serve(Flight& flight) const {
  stage(flight);
  launch(flight);
  complete(flight);
}

Executor::Flight Executor::take(BatchRunner::Slot* slot) {
  Flight flight;
  flight.slot = slot;
  for (Request& request : queue_.popBatch()) flight.batch.items.push_back({std::move(request), {}, {}});
  flight.batch.begin = Clock::now();
  if (!flight.batch.items.empty()) statistics_.beginBatch(flight.batch);
  return flight;
}

void Executor::stage(Flight& flight) const {
  const Clock::time_point begin = Clock::now();
  attempt(flight.failure, [&] { runner_->stage(*flight.slot, flight.batch); });
  statistics_.addPreprocessing(Clock::now() - begin);
}

void Executor::launch(Flight& flight) const {
  attempt(flight.failure, [&] { runner_->launch(*flight.slot, flight.batch); });
  if (!flight.failure || !flight.failure->isOutOfMemory()) return;
  runner_->runInHalves(*flight.slot, flight.batch);
  flight.failure.reset();
  flight.isComplete = true;
}

void Executor::complete(Flight& flight) const {
  if (!flight.isComplete) attempt(flight.failure, [&] { runner_->complete(*flight.slot, flight.batch); });
  if (flight.failure) {
    runner_->abandon(*flight.slot);
    failAll(flight.batch, *flight.failure);
  }
  statistics_.endBatch(flight.batch);
  for (BatchItem& item : flight.batch.items) item.request.done(std::move(item.result), std::move(item.error));
}

}  // namespace kinetorch::engine

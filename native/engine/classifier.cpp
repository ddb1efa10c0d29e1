#include "native/engine/classifier.h"

#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "native/engine/executor.h"
#include "native/engine/network_factory.h"
#include "native/engine/request_queue.h"
#include "native/runtime/device.h"

namespace kinetorch::engine {

namespace {

NetworkFactory networksFrom(model::ModelFile file, const ClassifierOptions& options) {
  return {[file = std::move(file), input = options.input, numClasses = options.numClasses, optimize = options.optimize](
              c10::Device device, c10::ScalarType precision) {
    return network::loadNetwork(file, input, numClasses, device, precision, optimize);
  }};
}

}  // namespace

class Classifier::Impl {
 public:
  Impl(NetworkFactory networks, ClassifierOptions options, Loaded onLoaded)
      : options_(std::move(options)),
        queue_(static_cast<size_t>(options_.maxQueue), static_cast<size_t>(options_.maxBatchSize),
               std::chrono::duration<double, std::milli>(options_.maxDelayMs)),
        thread_([this, networks = std::move(networks), onLoaded = std::move(onLoaded)]() mutable {
          run(std::move(networks), onLoaded);
        }) {}

  ~Impl() {
    queue_.close();
    for (Request& request : queue_.takeAll()) {
      request.done(std::nullopt, Error("ERR_DISPOSED", "the model was disposed of before this clip's turn came"));
    }
    thread_.join();
  }

  void submit(Request request) {
    statistics_.addRequest([&] { queue_.push(std::move(request)); });
  }

  bool cancel(uint64_t id, Error reason) {
    std::optional<Request> request = queue_.remove(id);
    if (!request) return false;
    statistics_.addCancelled();
    request->done(std::nullopt, std::move(reason));
    return true;
  }

  ClassifierStats stats() const {
    ClassifierStats stats = statistics_.current();
    stats.queued = queue_.size();
    return stats;
  }

  void close(std::function<void()> onClosed) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (!finished_) {
        onClosed_.push_back(std::move(onClosed));
        onClosed = nullptr;
      }
    }
    queue_.close();
    if (onClosed) onClosed();
  }

 private:
  void run(NetworkFactory networks, const Loaded& onLoaded) {
    std::deque<Executor> executors;
    std::optional<Error> failure;
    try {
      const ClassifierInfo info = load(executors, std::move(networks));
      onLoaded(info, std::nullopt);
    } catch (...) {
      failure = currentError("ERR_MODEL_FORMAT");
      queue_.close();
    }
    executors.clear();  // waits until the queue is closed and drained
    // Last: whoever hears of it may wait for this thread, while other devices still load.
    if (failure) onLoaded(std::nullopt, failure);
    std::vector<std::function<void()>> waiting;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      finished_ = true;
      waiting.swap(onClosed_);
    }
    for (const auto& onClosed : waiting) onClosed();
  }

  // All devices at the same time.
  ClassifierInfo load(std::deque<Executor>& executors, NetworkFactory networks) {
    ClassifierInfo whole;
    for (const std::string& name : options_.devices) {
      for (const c10::Device device : resolveDevices(name)) {
        executors.emplace_back(device, options_, networks, queue_, statistics_);
        whole.devices.push_back(deviceName(device));
      }
    }
    networks = {};  // the file's bytes with it, once all are loaded
    for (Executor& executor : executors) {
      const Executor::Info info = executor.loaded();
      whole.precision = info.precision;
      whole.canEmbed = info.canEmbed;
      whole.bytes += info.bytes;
      if (!info.warning.empty()) whole.warning = info.warning;
    }
    return whole;
  }

  const ClassifierOptions options_;
  RequestQueue queue_;
  Statistics statistics_;
  std::mutex mutex_;
  std::vector<std::function<void()>> onClosed_;
  bool finished_ = false;
  std::thread thread_;  // last: it uses all of the above
};

Classifier::Classifier(NetworkFactory networks, ClassifierOptions options, Loaded onLoaded)
    : impl_(std::make_unique<Impl>(std::move(networks), std::move(options), std::move(onLoaded))) {}

Classifier::Classifier(model::ModelFile file, ClassifierOptions options, Loaded onLoaded)
    : Classifier(networksFrom(std::move(file), options), options, std::move(onLoaded)) {}

Classifier::~Classifier() = default;

void Classifier::submit(uint64_t id, preprocessing::Clip clip, preprocessing::CropPosition crop, Output output,
                        int64_t topK, Request::Done done) {
  impl_->submit({id, std::move(clip), crop, output, topK, std::move(done), Clock::now()});
}

bool Classifier::cancel(uint64_t id, Error reason) { return impl_->cancel(id, std::move(reason)); }

ClassifierStats Classifier::stats() const { return impl_->stats(); }

void Classifier::close(std::function<void()> onClosed) { impl_->close(std::move(onClosed)); }

}  // namespace kinetorch::engine

#include "native/engine/classifier.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <mutex>
#include <thread>

#include "native/engine/request_queue.h"
#include "native/model/network.h"
#include "native/preprocessing/preprocess.h"
#include "native/runtime/block_cache.h"
#include "native/runtime/device.h"
#include "native/runtime/runtime_info.h"

namespace kinetorch {

namespace {

double milliseconds(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

std::vector<float> toVector(const at::Tensor& row) {
  const at::Tensor values = row.to(at::kCPU, at::kFloat).contiguous();
  return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
}

Classification toClassification(const Request& request, const at::Tensor& row) {
  Classification result;
  switch (request.output) {
    case Output::kEmbedding:
    case Output::kLogits:
      result.values = toVector(row);
      break;
    case Output::kProbabilities:
      result.values = toVector(at::softmax(row, 0));
      break;
    case Output::kTopK: {
      const auto [scores, indices] = at::topk(at::softmax(row, 0), request.topK);
      const at::Tensor cpuIndices = indices.to(at::kCPU, at::kInt).contiguous();
      result.scores = toVector(scores);
      result.indices.assign(cpuIndices.data_ptr<int32_t>(), cpuIndices.data_ptr<int32_t>() + cpuIndices.numel());
      break;
    }
  }
  return result;
}

}  // namespace

class Classifier::Impl {
 public:
  Impl(ModelSource source, ClassifierOptions options, Loaded onLoaded)
      : options_(std::move(options)),
        queue_(static_cast<size_t>(options_.maxQueue), static_cast<size_t>(options_.maxBatchSize),
               std::chrono::duration<double, std::milli>(options_.maxDelayMs)),
        thread_([this, source = std::move(source), onLoaded = std::move(onLoaded)]() mutable {
          run(std::move(source), onLoaded);
        }) {}

  ~Impl() {
    queue_.close();
    for (Request& request : queue_.takeAll()) {
      request.done(std::nullopt, Error("ERR_DISPOSED", "the model was disposed of before this clip's turn came"));
    }
    thread_.join();
  }

  void submit(Request request) {
    // Counted under the lock, so that no request is seen completed before it is seen made.
    std::lock_guard<std::mutex> lock(mutex_);
    queue_.push(std::move(request));
    ++stats_.requests;
  }

  bool cancel(uint64_t id, Error reason) {
    std::optional<Request> request = queue_.remove(id);
    if (!request) return false;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      ++stats_.cancelled;
    }
    request->done(std::nullopt, std::move(reason));
    return true;
  }

  ClassifierStats stats() const {
    std::lock_guard<std::mutex> lock(mutex_);
    ClassifierStats stats = stats_;
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
  void run(ModelSource source, const Loaded& onLoaded) {
    if (load(std::move(source), onLoaded)) {
      KeptBlocks blocks;
      while (serveNext()) blocks.endStep();
    }
    network_.reset();
    std::vector<std::function<void()>> waiting;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      finished_ = true;
      waiting.swap(onClosed_);
    }
    for (const auto& onClosed : waiting) onClosed();
  }

  // A batch and its clips live no longer than it takes to serve them. False once the queue is closed and drained.
  bool serveNext() {
    std::vector<Request> batch = queue_.popBatch();
    if (batch.empty()) return false;
    serve(batch);
    return true;
  }

  bool load(ModelSource source, const Loaded& onLoaded) {
    try {
      // Always said: a number once set becomes the default of every thread that starts later.
      at::set_num_threads(options_.threads > 0 ? options_.threads : defaultThreads());
      device_ = resolveDevice(options_.device);
      precision_ = resolvePrecision(options_.precision, device_);
      network_ = loadNetwork(source, options_.input, options_.numClasses, device_, precision_, options_.optimize);
    } catch (...) {
      onLoaded(std::nullopt, currentError("ERR_MODEL_FORMAT"));
      return false;
    }
    onLoaded(
        ClassifierInfo{deviceName(device_), precisionName(precision_), network_->canEmbed(), network_->bytes(),
                       network_->warning()},
        std::nullopt);
    return true;
  }

  void serve(std::vector<Request>& batch) {
    const Clock::time_point begin = Clock::now();
    {
      std::lock_guard<std::mutex> lock(mutex_);
      ++stats_.batches;
      stats_.running = batch.size();
      for (const Request& request : batch) {
        const double waited = milliseconds(request.submitted, begin);
        stats_.totalQueueMs += waited;
        stats_.maxQueueMs = std::max(stats_.maxQueueMs, waited);
      }
    }
    size_t failed = 0;
    std::vector<std::optional<Classification>> results(batch.size());
    std::vector<std::optional<Error>> errors(batch.size());
    classify(batch, results, errors);
    const double runMs = milliseconds(begin, Clock::now());
    for (const auto& error : errors) failed += error.has_value();
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stats_.running = 0;
      stats_.failed += failed;
      stats_.completed += batch.size() - failed;
      stats_.totalRunMs += runMs;
      stats_.maxRunMs = std::max(stats_.maxRunMs, runMs);
    }
    for (size_t i = 0; i < batch.size(); ++i) {
      if (results[i]) {
        results[i]->queueMs = milliseconds(batch[i].submitted, begin);
        results[i]->runMs = runMs;
        results[i]->batchSize = static_cast<int64_t>(batch.size());
      }
      batch[i].done(std::move(results[i]), std::move(errors[i]));
    }
  }

  // A clip that cannot be preprocessed fails alone; a forward that fails fails the whole batch.
  void classify(const std::vector<Request>& batch, std::vector<std::optional<Classification>>& results,
                std::vector<std::optional<Error>>& errors) {
    c10::InferenceMode guard;
    try {
      const InputSpec& input = options_.input;
      const auto count = static_cast<int64_t>(batch.size());
      const at::Tensor clips = at::empty(
          {count, 3, input.frames, input.height, input.width},
          at::TensorOptions().dtype(precision_).device(device_).memory_format(at::MemoryFormat::ChannelsLast3d));
      for (int64_t i = 0; i < count; ++i) {
        try {
          preprocessClip(batch[i].clip, batch[i].crop, input, clips, i);
        } catch (...) {
          errors[i] = currentError("ERR_INTERNAL");
          clips[i].zero_();
        }
      }
      const at::Tensor rows =
          batch.front().wantsEmbedding() ? network_->embed(clips) : network_->logits(clips);
      if (rows.dim() != 2 || rows.size(0) != count) {
        throw Error("ERR_MODEL_FORWARD", "expected one row for each of " + std::to_string(count) +
                                             " clips but the model gave another shape; load it with "
                                             "`batching.maxBatchSize` 1");
      }
      for (int64_t i = 0; i < count; ++i) {
        if (errors[i]) continue;
        if (at::isnan(rows[i]).any().item<bool>()) {
          errors[i] = Error("ERR_MODEL_FORWARD", "expected numbers but the model gave NaN for this clip");
        } else {
          results[i] = toClassification(batch[i], rows[i]);
        }
      }
    } catch (...) {
      const Error error = currentError("ERR_MODEL_FORWARD");
      for (size_t i = 0; i < batch.size(); ++i) {
        results[i].reset();
        if (!errors[i]) errors[i] = error;
      }
    }
  }

  const ClassifierOptions options_;
  RequestQueue queue_;
  mutable std::mutex mutex_;
  ClassifierStats stats_;
  std::vector<std::function<void()>> onClosed_;
  bool finished_ = false;
  c10::Device device_{c10::kCPU};
  c10::ScalarType precision_ = c10::kFloat;
  std::unique_ptr<Network> network_;
  std::thread thread_;  // last: it uses all of the above
};

Classifier::Classifier(ModelSource source, ClassifierOptions options, Loaded onLoaded)
    : impl_(std::make_unique<Impl>(std::move(source), std::move(options), std::move(onLoaded))) {}

Classifier::~Classifier() = default;

void Classifier::submit(uint64_t id, Clip clip, CropPosition crop, Output output, int64_t topK, Done done) {
  impl_->submit({id, std::move(clip), crop, output, topK, std::move(done), Clock::now()});
}

bool Classifier::cancel(uint64_t id, Error reason) { return impl_->cancel(id, std::move(reason)); }

ClassifierStats Classifier::stats() const { return impl_->stats(); }

void Classifier::close(std::function<void()> onClosed) { impl_->close(std::move(onClosed)); }

}  // namespace kinetorch

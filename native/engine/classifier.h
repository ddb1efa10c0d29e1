#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "native/model/model_source.h"
#include "native/model/optimize_options.h"
#include "native/preprocessing/clip.h"
#include "native/preprocessing/input_spec.h"
#include "native/runtime/error.h"

namespace kinetorch {

struct ClassifierOptions {
  std::string device;
  std::string precision;
  InputSpec input;
  int64_t numClasses = 0;
  int64_t maxBatchSize = 1;
  double maxDelayMs = 0;
  int64_t maxQueue = 1;
  int threads = 0;  // 0: all cores
  OptimizeOptions optimize;
};

enum class Output { kTopK, kLogits, kProbabilities, kEmbedding };

struct Classification {
  std::vector<int32_t> indices;  // kTopK, best first
  std::vector<float> scores;     // kTopK
  std::vector<float> values;     // the other outputs
  double queueMs = 0;
  double runMs = 0;
  int64_t batchSize = 0;
};

struct ClassifierStats {
  uint64_t requests = 0;
  uint64_t completed = 0;
  uint64_t failed = 0;
  uint64_t cancelled = 0;
  uint64_t batches = 0;
  uint64_t queued = 0;
  uint64_t running = 0;
  double totalQueueMs = 0;
  double totalRunMs = 0;
  double maxQueueMs = 0;
  double maxRunMs = 0;
};

struct ClassifierInfo {
  std::string device;
  std::string precision;
  bool canEmbed = false;
  int64_t bytes = 0;    // of the parameters, on the device
  std::string warning;  // what a person should know of how the network runs; empty: nothing
};

// A network with its bounded queue, dynamic batcher and executor thread.
//
// Note [Threads]
// One thread per classifier loads the network and runs every batch, so that the OpenMP team LibTorch makes for it is
// made once and sized once. Callbacks come on that thread and must only hand their argument over. submit, cancel and
// stats may be called from any thread.
class Classifier {
 public:
  // Exactly one of result and error is there.
  using Done = std::function<void(std::optional<Classification> result, std::optional<Error> error)>;
  using Loaded = std::function<void(std::optional<ClassifierInfo> info, std::optional<Error> error)>;

  Classifier(ModelSource source, ClassifierOptions options, Loaded onLoaded);
  // Drops what is queued and waits for the batch that runs.
  ~Classifier();
  Classifier(const Classifier&) = delete;
  Classifier& operator=(const Classifier&) = delete;

  // Throws ERR_QUEUE_FULL, ERR_DISPOSED.
  void submit(uint64_t id, Clip clip, CropPosition crop, Output output, int64_t topK, Done done);

  // Drops a request that still waits; `reason` goes to its callback. False where it already runs or is done.
  bool cancel(uint64_t id, Error reason);

  ClassifierStats stats() const;

  // Refuses new requests, finishes those accepted, frees the network, then calls back.
  void close(std::function<void()> onClosed);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kinetorch

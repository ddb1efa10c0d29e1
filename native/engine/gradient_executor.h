#pragma once

#include <c10/core/Device.h>

#include <optional>
#include <thread>

#include "native/engine/batch.h"
#include "native/engine/classifier_options.h"
#include "native/engine/read_outputs.h"
#include "native/engine/request_queue.h"
#include "native/engine/statistics.h"
#include "native/explanation/gradient_network.h"
#include "native/model/model_file.h"

namespace kinetorch::engine {

// Beside a classifier's executors, one that serves what takes gradients: maps of layers before the last. It loads a
// second copy of the network for the first request, out of the file that was kept open for it until then, and takes
// clips one by one, as each is of a class of its own. LibTorch's team of threads is this thread's own.
class GradientExecutor {
 public:
  // Queue and statistics are shared, and outlive it.
  GradientExecutor(model::ModelFile file, c10::Device device, const ClassifierOptions& options, ScoreKind scores,
                   RequestQueue& queue, Statistics& statistics);
  // Blocks until the queue is closed and drained; then frees the network.
  ~GradientExecutor();
  GradientExecutor(const GradientExecutor&) = delete;
  GradientExecutor& operator=(const GradientExecutor&) = delete;

 private:
  void run();
  // Gives every item of the batch, which are one, its result or error.
  void serve(Batch& batch);

  std::optional<model::ModelFile> file_;  // until the network is loaded
  const c10::Device device_;
  const ClassifierOptions options_;
  const ScoreKind scores_;
  RequestQueue& queue_;
  Statistics& statistics_;
  std::optional<explanation::GradientNetwork> network_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace kinetorch::engine

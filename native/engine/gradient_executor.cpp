#include "native/engine/gradient_executor.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/DeviceGuard.h>

#include <utility>

#include "native/engine/place_input.h"
#include "native/engine/read_map.h"
#include "native/runtime/device_memory.h"
#include "native/runtime/runtime_info.h"

namespace kinetorch::engine {

GradientExecutor::GradientExecutor(model::ModelFile file, c10::Device device, const ClassifierOptions& options,
                                   ScoreKind scores, RequestQueue& queue, Statistics& statistics)
    : file_(std::move(file)),
      device_(device),
      options_(options),
      scores_(scores),
      queue_(queue),
      statistics_(statistics),
      thread_([this] { run(); }) {}

GradientExecutor::~GradientExecutor() { thread_.join(); }

void GradientExecutor::run() {
  const c10::DeviceGuard guard(device_);
  at::set_num_threads(options_.threads > 0 ? options_.threads : defaultThreads());
  for (;;) {
    Batch batch;
    for (Request& request : queue_.popBatch()) batch.items.push_back({std::move(request), {}, {}});
    if (batch.items.empty()) break;
    batch.begin = Clock::now();
    statistics_.beginBatch(batch);
    try {
      serve(batch);
    } catch (...) {
      failAll(batch, currentError("ERR_MODEL_FORWARD"));
    }
    releaseCachedMemory(device_);  // a backward pass takes much, and the next may be long in coming
    statistics_.endBatch(batch);
    for (BatchItem& item : batch.items) item.request.done(std::move(item.result), std::move(item.error));
  }
  network_.reset();
  releaseCachedMemory(device_);
}

void GradientExecutor::serve(Batch& batch) {
  const preprocessing::InputSpec& input = options_.input;
  BatchItem& item = batch.items.front();
  const at::Tensor clip = at::empty({1, 3, input.frames, input.height, input.width},
                                    at::TensorOptions(at::kFloat).memory_format(at::MemoryFormat::ChannelsLast3d));
  placeInput(item.request.input, input, clip, 0);
  if (!network_) network_.emplace(*file_, device_);
  file_.reset();
  const explanation::MapRequest& wanted = *item.request.wanted.map;
  const explanation::LayerGradients layer = network_->run(clip, wanted);
  network::OutputTensors outputs;
  outputs[network::Output::kLogits] = layer.logits;
  readOutputs(outputs, batch, scores_);
  if (item.result) item.result->map = mapOf(layer, wanted.method, input);
}

}  // namespace kinetorch::engine

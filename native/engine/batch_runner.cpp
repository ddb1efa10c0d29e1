#include "native/engine/batch_runner.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <string>

#include "native/engine/place_input.h"
#include "native/engine/read_map.h"
#include "native/runtime/device_memory.h"
#include "native/runtime/parallel_for.h"

namespace kinetorch::engine {
namespace {

// An output without one row for each clip fails those items that want it, and is dropped.
void checkShapes(network::OutputTensors& outputs, int64_t count, BatchItems items) {
  for (const network::OutputInfo& info : network::kOutputs) {
    at::Tensor& rows = outputs[info.output];
    if (!rows.defined() || (rows.dim() == info.dimensions && rows.size(0) == count)) continue;
    rows.reset();
    const Error error("ERR_MODEL_FORWARD", "expected one row for each of " + std::to_string(count) +
                                               " clips but the model gave another shape; load it with "
                                               "`batching.maxBatchSize` 1");
    for (BatchItem& item : items) {
      if (!item.error && item.request.wanted.sources().has(info.output)) item.error = error;
    }
  }
}

}  // namespace

std::vector<int64_t> bucketSizes(int64_t maxBatchSize) {
  std::vector<int64_t> sizes;
  for (int64_t size = 1; size < maxBatchSize; size *= 2) sizes.push_back(size);
  sizes.push_back(maxBatchSize);
  return sizes;
}

BatchRunner::BatchRunner(std::unique_ptr<network::Network> network, const preprocessing::InputSpec& input,
                         bool isMultiLabel, c10::Device device, c10::ScalarType precision, std::vector<int64_t> sizes)
    : network_(std::move(network)),
      input_(input),
      scores_{isMultiLabel, network_->givesProbabilities()},
      head_(network_->headOfFeatures()),
      device_(device),
      precision_(precision),
      sizes_(std::move(sizes)),
      copying_(device),
      computing_(device) {
  if (sizes_.empty()) return;
  const c10::InferenceMode guard;
  // The network was loaded on the stream that was current, for which ours do not wait, and what that took of memory
  // would stay with it.
  synchronizeCurrentStream(device_);
  releaseCachedMemory(device_);
  const DeviceStream::Current current(computing_);
  network_->warmUp(sizes_);
}

BatchRunner::Slot::Slot(const BatchRunner& runner) : staged(runner.device_), done(runner.device_) {
  const c10::InferenceMode guard;
  if (!runner.sizes_.empty()) staging.emplace(runner.input_, runner.device_, runner.precision_);
}

void BatchRunner::stage(Slot& slot, BatchItems items) const {
  const c10::InferenceMode guard;
  for (BatchItem& item : items) item.error.reset();
  if (!slot.staging) {
    slot.clips = preprocess(items);
    return;
  }
  const DeviceStream::Current current(copying_);
  const auto size = std::lower_bound(sizes_.begin(), sizes_.end(), static_cast<int64_t>(items.size()));
  slot.clips = slot.staging->stage(items, *size);
  copying_.record(slot.staged);
}

// A clip that cannot be preprocessed fails alone.
at::Tensor BatchRunner::preprocess(BatchItems items) const {
  const at::Tensor clips =
      at::empty({static_cast<int64_t>(items.size()), 3, input_.frames, input_.height, input_.width},
                at::TensorOptions(precision_).device(device_).memory_format(at::MemoryFormat::ChannelsLast3d));
  const auto prepareClip = [&](int64_t index) {
    BatchItem& item = items[static_cast<size_t>(index)];
    const auto place = [&] { placeInput(item.request.input, input_, clips, index); };
    if (!prepareItem(item, place)) clips[index].zero_();
  };
  const auto prepareClips = [&](int64_t begin, int64_t end) {
    const c10::InferenceMode guard;
    for (int64_t index = begin; index < end; ++index) prepareClip(index);
  };
  // With a clip for every thread they wait for each other once, and not once a clip; what is left over they share.
  const auto count = static_cast<int64_t>(items.size());
  const int64_t byClips = count - count % parallelThreads();
  if (byClips > 0) parallelFor(byClips, prepareClips);
  prepareClips(byClips, count);
  return clips;
}

void BatchRunner::launch(Slot& slot, BatchItems items) const {
  const c10::InferenceMode guard;
  const DeviceStream::Current current(computing_);
  computing_.waitFor(slot.staged);
  network::OutputSet wanted;
  for (const BatchItem& item : items) wanted.add(item.request.wanted.sources());
  network::OutputTensors outputs = network_->run(slot.clips, wanted);
  checkShapes(outputs, slot.clips.size(0), items);
  slot.outputs = slot.staging ? slot.staging->fetch(outputs) : outputs;
  computing_.record(slot.done);
}

void BatchRunner::complete(Slot& slot, BatchItems items) const {
  const c10::InferenceMode guard;
  slot.done.synchronize();
  readOutputs(slot.outputs, items, scores_);
  readMaps(slot.outputs, items, head_, input_);
  slot.clips.reset();
  slot.outputs = {};
}

void BatchRunner::abandon(Slot& slot) const {
  try {
    copying_.synchronize();
    computing_.synchronize();
  } catch (const std::exception&) {
    // What the device was at has failed, which the batch's error tells.
  }
  slot.clips.reset();
  slot.outputs = {};
}

void BatchRunner::runInHalves(Slot& slot, BatchItems items) const {
  for (const BatchItems half : {items.firstHalf(), items.secondHalf()}) {
    if (half.size() == 0) continue;
    try {
      abandon(slot);
      if (slot.staging) slot.staging->release();
      releaseCachedMemory(device_);
      stage(slot, half);
      launch(slot, half);
      complete(slot, half);
    } catch (...) {
      failAll(half, currentError("ERR_MODEL_FORWARD"));
    }
  }
}

}  // namespace kinetorch::engine

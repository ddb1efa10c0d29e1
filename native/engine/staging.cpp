#include "native/engine/staging.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "native/preprocessing/byte_math.h"
#include "native/preprocessing/place_tensor.h"
#include "native/preprocessing/preprocess.h"
#include "native/runtime/device_copy.h"

namespace kinetorch::engine {
namespace {

// Where the next clip's bytes may begin: what any type and any copy likes.
constexpr int64_t kAlignment = 256;

int64_t frameBytes(const preprocessing::Clip& clip) {
  return clip.height * clip.width * preprocessing::kChannels * static_cast<int64_t>(clip.isFloat ? sizeof(float) : 1);
}

// Of a clip with more frames than the network sees, those it sees are staged.
int64_t stagedFrames(const preprocessing::Clip& clip, const preprocessing::InputSpec& input) {
  return std::min(clip.frames, input.frames);
}

int64_t inputBytes(const RequestInput& given, const preprocessing::InputSpec& input) {
  if (const auto* const frames = std::get_if<preprocessing::Frames>(&given)) {
    return stagedFrames(frames->clip, input) * frameBytes(frames->clip);
  }
  return static_cast<int64_t>(std::get<preprocessing::ClipTensor>(given).values.size() * sizeof(float));
}

int64_t stagedBytes(const BatchItem& item, const preprocessing::InputSpec& input) {
  const int64_t bytes = inputBytes(item.request.input, input);
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

// The old memory goes first: there may not be enough for both.
template <typename Make>
void grow(at::Tensor& tensor, int64_t size, const Make& make) {
  if (tensor.defined() && tensor.numel() >= size) return;
  tensor.reset();
  tensor = make();
}

}  // namespace

Staging::Staging(const preprocessing::InputSpec& input, c10::Device device, c10::ScalarType precision)
    : input_(input), device_(device), precision_(precision), preprocessor_(input, device) {}

at::Tensor Staging::stage(BatchItems items, int64_t size) {
  int64_t bytes = 0;
  for (const BatchItem& item : items) bytes += stagedBytes(item, input_);
  grow(hostBytes_, bytes, [&] { return stagingTensor({bytes}, at::kByte, device_); });
  grow(deviceBytes_, bytes, [&] { return at::empty({bytes}, at::TensorOptions(at::kByte).device(device_)); });
  if (!clips_.defined() || clips_.size(0) < size) {
    clips_.reset();
    clips_ = at::empty({size, 3, input_.frames, input_.height, input_.width},
                       at::TensorOptions(precision_).device(device_).memory_format(at::MemoryFormat::ChannelsLast3d));
  }
  int64_t offset = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    const at::Tensor clip = clips_.select(0, static_cast<int64_t>(i));
    const auto prepare = [&] { stageInput(items[i].request.input, offset, clip); };
    if (!prepareItem(items[i], prepare)) clip.zero_();
    offset += stagedBytes(items[i], input_);
  }
  const auto count = static_cast<int64_t>(items.size());
  clips_.narrow(0, count, size - count).zero_();
  return clips_.narrow(0, 0, size);
}

void Staging::stageInput(const RequestInput& input, int64_t offset, const at::Tensor& slot) {
  if (const auto* const frames = std::get_if<preprocessing::Frames>(&input)) {
    stageFrames(*frames, offset, slot);
  } else {
    stageTensor(std::get<preprocessing::ClipTensor>(input), offset, slot);
  }
}

void Staging::stageTensor(const preprocessing::ClipTensor& tensor, int64_t offset, const at::Tensor& slot) {
  preprocessing::checkFinite(tensor);
  const auto bytes = static_cast<int64_t>(tensor.values.size() * sizeof(float));
  std::memcpy(hostBytes_.data_ptr<uint8_t>() + offset, tensor.values.data(), static_cast<size_t>(bytes));
  const at::Tensor values = upload(offset, bytes).view(at::kFloat);
  slot.copy_(values.view({tensor.channels, input_.frames, input_.height, input_.width}));
}

at::Tensor Staging::upload(int64_t offset, int64_t bytes) {
  const at::Tensor onDevice = deviceBytes_.narrow(0, offset, bytes);
  return onDevice.copy_(hostBytes_.narrow(0, offset, bytes), /*non_blocking=*/true);
}

void Staging::stageFrames(const preprocessing::Frames& given, int64_t offset, const at::Tensor& slot) {
  const preprocessing::Clip& clip = given.clip;
  const preprocessing::CropPlan crop = preprocessing::cropOf(clip, given.crop, input_);
  std::vector<int64_t> picked = preprocessing::pickFrames(clip.frames, input_.frames);
  preprocessing::checkFinite(clip, picked);
  const int64_t frames = stagedFrames(clip, input_);
  const int64_t bytes = frames * frameBytes(clip);
  uint8_t* const to = hostBytes_.data_ptr<uint8_t>() + offset;
  if (clip.frames == frames) {
    std::memcpy(to, clip.bytes.data(), static_cast<size_t>(bytes));
  } else {
    const auto frame = static_cast<size_t>(frameBytes(clip));
    for (size_t t = 0; t < picked.size(); ++t) {
      std::memcpy(to + t * frame, clip.bytes.data() + static_cast<size_t>(picked[t]) * frame, frame);
    }
    std::iota(picked.begin(), picked.end(), 0);
  }
  const at::Tensor onDevice = upload(offset, bytes);
  const at::Tensor values = clip.isFloat ? onDevice.view(at::kFloat) : onDevice;
  preprocessor_.run(values.view({frames, clip.height, clip.width, preprocessing::kChannels}), picked, crop,
                    slot.permute({1, 2, 3, 0}));
}

network::OutputTensors Staging::fetch(const network::OutputTensors& outputs) {
  network::OutputTensors fetched;
  for (const network::OutputInfo& info : network::kOutputs) {
    const at::Tensor& rows = outputs[info.output];
    if (!rows.defined()) continue;
    at::Tensor& host = hostOutputs_[info.output];
    grow(host, rows.numel(), [&] { return stagingTensor({rows.numel()}, at::kFloat, device_); });
    fetched[info.output] = host.narrow(0, 0, rows.numel()).view(rows.sizes()).copy_(rows, /*non_blocking=*/true);
  }
  return fetched;
}

void Staging::release() {
  for (at::Tensor* const tensor : {&hostBytes_, &deviceBytes_, &clips_}) tensor->reset();
  hostOutputs_ = {};
}

}  // namespace kinetorch::engine

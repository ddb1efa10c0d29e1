// The one function that kinetorch_cuda exports, and what checks the tensors that come through it.
#include <ATen/Context.h>
#include <ATen/ops/empty.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <torch/version.h>

#include <algorithm>
#include <limits>

#include "native/cuda/captured_graph.h"
#include "native/cuda/launch.h"
#include "native/runtime/cuda_api.h"
#include "native/runtime/max_side.h"

namespace kinetorch::cuda {
namespace {

constexpr int64_t kMaxBatch = 65535;  // of a grid's second dimension
constexpr int64_t kMaxThreads = std::numeric_limits<uint32_t>::max();

bool isAligned(const at::Tensor& tensor) { return reinterpret_cast<uintptr_t>(tensor.const_data_ptr()) % 16 == 0; }

// The device's current stream, with the device made the current one for as long as this lives.
class Launch {
 public:
  explicit Launch(c10::Device device) : guard_(device), stream_(c10::cuda::getCurrentCUDAStream(device.index())) {}
  cudaStream_t stream() const { return stream_.stream(); }
  void check() const { C10_CUDA_KERNEL_LAUNCH_CHECK(); }

 private:
  c10::cuda::CUDAGuard guard_;
  c10::cuda::CUDAStream stream_;
};

Element elementOf(const at::Tensor& tensor) {
  const c10::ScalarType type = tensor.scalar_type();
  TORCH_CHECK(type == at::kFloat || type == at::kHalf || type == at::kBFloat16,
              "expected float32, float16 or bfloat16 but received ", type);
  return type == at::kFloat ? Element::kFloat : type == at::kHalf ? Element::kHalf : Element::kBFloat16;
}

at::MemoryFormat channelsLast(const at::Tensor& tensor) {
  return tensor.dim() == 5   ? at::MemoryFormat::ChannelsLast3d
         : tensor.dim() == 4 ? at::MemoryFormat::ChannelsLast
                             : at::MemoryFormat::Contiguous;
}

// The pointer a kernel reads: null for an undefined tensor.
const void* pointerTo(const at::Tensor& tensor) { return tensor.defined() ? tensor.const_data_ptr() : nullptr; }

// A bias or residual as the kernels read them. Undefined stays undefined.
at::Tensor operand(const at::Tensor& tensor, const at::Tensor& like, at::IntArrayRef sizes, at::MemoryFormat format) {
  if (!tensor.defined()) return tensor;
  TORCH_CHECK(tensor.sizes() == sizes && tensor.scalar_type() == like.scalar_type() && tensor.device() == like.device(),
              "expected ", like.scalar_type(), " ", sizes, " on ", like.device(), " but received ",
              tensor.scalar_type(), " ", tensor.sizes(), " on ", tensor.device());
  const at::Tensor dense = tensor.contiguous(format);
  return isAligned(dense) ? dense : dense.clone();
}

Extent extentOf(at::IntArrayRef sizes) {
  return {static_cast<int>(sizes[0]), static_cast<int>(sizes[1]), static_cast<int>(sizes[2])};
}

std::array<int64_t, 3> outputSize(const at::Tensor& input, const at::Tensor& weight, at::IntArrayRef stride,
                                  at::IntArrayRef padding) {
  std::array<int64_t, 3> size{};
  for (int64_t i = 0; i < 3; ++i) {
    const int64_t room = input.size(2 + i) + 2 * padding[i] - weight.size(2 + i);
    size[i] = room < 0 ? 0 : room / stride[i] + 1;
  }
  return size;
}

bool supportsDepthwise(const at::Tensor& input, const at::Tensor& weight, at::IntArrayRef stride,
                       at::IntArrayRef padding, at::IntArrayRef dilation) {
  const c10::ScalarType type = input.scalar_type();
  if (!input.is_cuda() || weight.device() != input.device()) return false;
  if ((type != at::kHalf && type != at::kBFloat16) || weight.scalar_type() != type) return false;
  if (input.dim() != 5 || weight.dim() != 5 || weight.size(0) != input.size(1) || weight.size(1) != 1) return false;
  if (stride.size() != 3 || padding.size() != 3 || dilation.size() != 3) return false;
  const auto all = [](at::IntArrayRef values, int64_t least, int64_t most) {
    return std::all_of(values.begin(), values.end(), [&](int64_t value) { return value >= least && value <= most; });
  };
  constexpr int64_t kLargest = 1 << 15;
  if (!all(stride, 1, kLargest) || !all(padding, 0, kLargest) || !all(dilation, 1, 1)) return false;
  if (!all(weight.sizes().slice(2), 1, kLargest) || input.size(0) > kMaxBatch || input.numel() == 0) return false;
  if (!input.is_contiguous(at::MemoryFormat::ChannelsLast3d) || !isAligned(input)) return false;
  const auto [frames, height, width] = outputSize(input, weight, stride, padding);
  const int64_t values = frames * height * width * input.size(1);
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  return values > 0 && values <= kMost && input.numel() / input.size(0) <= kMost;
}

at::Tensor depthwise(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                     const at::Tensor& residual, at::IntArrayRef stride, at::IntArrayRef padding, bool relu) {
  TORCH_CHECK(supportsDepthwise(input, weight, stride, padding, {1, 1, 1}), "expected what supportsDepthwise takes");
  const Launch launch(input.device());
  const auto [frames, height, width] = outputSize(input, weight, stride, padding);
  at::Tensor output = at::empty({input.size(0), input.size(1), frames, height, width}, input.options(),
                                at::MemoryFormat::ChannelsLast3d);
  const at::Tensor innermost = weight.permute({1, 2, 3, 4, 0});
  const at::Tensor taps = operand(innermost, input, innermost.sizes(), at::MemoryFormat::Contiguous);
  const at::Tensor shift = operand(bias, input, {input.size(1)}, at::MemoryFormat::Contiguous);
  const at::Tensor addend = operand(residual, input, output.sizes(), at::MemoryFormat::ChannelsLast3d);
  DepthwiseJob job;
  job.input = input.const_data_ptr();
  job.weight = taps.const_data_ptr();
  job.bias = pointerTo(shift);
  job.residual = pointerTo(addend);
  job.output = output.data_ptr();
  job.batch = static_cast<int>(input.size(0));
  job.channels = static_cast<int>(input.size(1));
  job.in = extentOf(input.sizes().slice(2));
  job.out = extentOf(output.sizes().slice(2));
  job.kernel = extentOf(weight.sizes().slice(2));
  job.stride = extentOf(stride);
  job.padding = extentOf(padding);
  job.relu = relu;
  const auto run = input.scalar_type() == at::kHalf ? launchDepthwiseHalf : launchDepthwiseBFloat16;
  run(job, launch.stream());
  launch.check();
  return output;
}

void biasResidualRelu(at::Tensor& x, const at::Tensor& bias, const at::Tensor& residual, bool relu) {
  const at::MemoryFormat format = channelsLast(x);
  TORCH_CHECK(x.is_cuda() && (x.dim() == 2 || x.dim() == 4 || x.dim() == 5) && x.is_contiguous(format) &&
                  isAligned(x) && x.numel() <= kMaxThreads,
              "expected CUDA values with the channels innermost but received ", x.sizes(), " with strides ",
              x.strides(), " on ", x.device());
  if (x.numel() == 0) return;
  const Launch launch(x.device());
  const at::Tensor shift = operand(bias, x, {x.size(1)}, at::MemoryFormat::Contiguous);
  const at::Tensor addend = operand(residual, x, x.sizes(), format);
  EpilogueJob job;
  job.values = x.data_ptr();
  job.bias = pointerTo(shift);
  job.residual = pointerTo(addend);
  job.channels = static_cast<int>(x.size(1));
  job.count = x.numel();
  job.relu = relu;
  launchEpilogue(job, elementOf(x), launch.stream());
  launch.check();
}

void checkCrop(const at::Tensor& bytes, const CudaCrop& crop, const at::Tensor& slot) {
  const auto isWithin = [](int64_t begin, int64_t count, int64_t all) {
    return begin >= 0 && count > 0 && count <= all && begin <= all - count && all <= kMaxSide;
  };
  TORCH_CHECK(
      isWithin(crop.boxTop, crop.boxHeight, bytes.size(1)) && isWithin(crop.boxLeft, crop.boxWidth, bytes.size(2)) &&
          isWithin(crop.top, slot.size(1), crop.resizedHeight) && isWithin(crop.left, slot.size(2), crop.resizedWidth),
      "expected a box of the frame and a window of what it is resized to, no side above ", kMaxSide);
}

void preprocess(const at::Tensor& bytes, const std::vector<int64_t>& frames, const CudaCrop& crop,
                const at::Tensor& slot) {
  const auto count = static_cast<int64_t>(frames.size());
  TORCH_CHECK(bytes.is_cuda() && bytes.scalar_type() == at::kByte && bytes.dim() == 4 && bytes.size(3) == 3 &&
                  bytes.is_contiguous(),
              "expected uint8 T×H×W×3 on CUDA but received ", bytes.scalar_type(), " ", bytes.sizes(), " on ",
              bytes.device());
  TORCH_CHECK(slot.device() == bytes.device() && slot.dim() == 4 && slot.size(0) == count && slot.size(3) == 3 &&
                  slot.is_contiguous() && slot.numel() <= kMaxThreads,
              "expected a contiguous slot of ", count, "×h×w×3 on ", bytes.device(), " but received ", slot.sizes(),
              " on ", slot.device());
  checkCrop(bytes, crop, slot);
  const Launch launch(bytes.device());
  PreprocessJob job;
  job.rowBytes = bytes.size(2) * 3;
  job.frameBytes = bytes.size(1) * job.rowBytes;
  job.bytes = bytes.const_data_ptr<uint8_t>() + crop.boxTop * job.rowBytes + crop.boxLeft * 3;
  job.rows = {static_cast<int>(crop.boxHeight), static_cast<int>(crop.resizedHeight), static_cast<int>(crop.top),
              static_cast<int>(slot.size(1))};
  job.columns = {static_cast<int>(crop.boxWidth), static_cast<int>(crop.resizedWidth), static_cast<int>(crop.left),
                 static_cast<int>(slot.size(2))};
  job.flip = crop.flip;
  std::copy(crop.scale.begin(), crop.scale.end(), job.scale);
  std::copy(crop.shift.begin(), crop.shift.end(), job.shift);
  for (int64_t first = 0; first < count; first += PreprocessJob::kMaxFrames) {
    job.frames = static_cast<int>(std::min<int64_t>(count - first, PreprocessJob::kMaxFrames));
    for (int64_t t = 0; t < job.frames; ++t) {
      const int64_t frame = frames[static_cast<size_t>(first + t)];
      TORCH_CHECK(frame >= 0 && frame < bytes.size(0), "expected frames below ", bytes.size(0), " but received ",
                  frame);
      job.picked[t] = static_cast<int>(frame);
    }
    job.output =
        static_cast<char*>(slot.data_ptr()) + first * slot.stride(0) * static_cast<int64_t>(slot.element_size());
    launchPreprocess(job, crop.antialias, elementOf(slot), launch.stream());
    launch.check();
  }
}

void setMemoryFraction(double fraction, int64_t deviceIndex) {
  at::globalContext().lazyInitDevice(c10::DeviceType::CUDA);
  c10::cuda::CUDACachingAllocator::setMemoryFraction(fraction, static_cast<c10::DeviceIndex>(deviceIndex));
}

}  // namespace
}  // namespace kinetorch::cuda

extern "C" __attribute__((visibility("default"))) const kinetorch::CudaApi* kinetorchCudaApi() {
  static const kinetorch::CudaApi api = [] {
    kinetorch::CudaApi functions;
    functions.version = kinetorch::kCudaApiVersion;
    functions.torchVersion = TORCH_VERSION;
    functions.supportsDepthwise = kinetorch::cuda::supportsDepthwise;
    functions.depthwise = kinetorch::cuda::depthwise;
    functions.biasResidualRelu = kinetorch::cuda::biasResidualRelu;
    functions.preprocess = kinetorch::cuda::preprocess;
    functions.captureGraph = kinetorch::cuda::captureGraph;
    functions.setMemoryFraction = kinetorch::cuda::setMemoryFraction;
    return functions;
  }();
  return &api;
}

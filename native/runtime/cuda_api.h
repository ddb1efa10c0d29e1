#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace kinetorch {

// Work that was recorded on a CUDA device, to be launched as a whole. Its memory goes with it: it must not be destroyed
// before its last replay is over.
class CapturedGraph {
 public:
  virtual ~CapturedGraph() = default;

  // Runs the work again, on the device's current stream, reading and writing the memory that it did when it was
  // captured. The same graph must not be replayed by two threads at once.
  virtual void replay() = 0;
};

// What the device makes of a uint8 frame: `box`, resized to `resizedHeight`×`resizedWidth` (bilinear, align_corners
// false, every value rounded to a whole number), of that the slot's window at `top`, `left`, mirrored where `flip`;
// then value × scale + shift. As CropPlan and Normalisation of native/preprocessing.
struct CudaCrop {
  int64_t boxTop = 0;
  int64_t boxLeft = 0;
  int64_t boxHeight = 0;
  int64_t boxWidth = 0;
  int64_t resizedHeight = 0;  // at most kMaxSide, as the other three sizes
  int64_t resizedWidth = 0;
  int64_t top = 0;
  int64_t left = 0;
  bool flip = false;
  bool antialias = false;
  std::array<float, 3> scale{};  // of bytes, 0…255
  std::array<float, 3> shift{};
};

// What the optional library kinetorch_cuda brings: kernels of ours, and what LibTorch has for CUDA alone. All work is
// queued on the current stream of the tensors' device, which need not be the current one. Tensors are on one CUDA
// device and, but for bytes and bias, channels_last(_3d): the channels of one place lie side by side. The functions
// throw c10::Error, and c10::OutOfMemoryError where the device has too little memory.
struct CudaApi {
  // These two stay first, so that a library of another build can be told from one of this.
  int64_t version = 0;
  const char* torchVersion = nullptr;

  // Whether depthwise() takes this: CUDA tensors of one type, float16 or bfloat16, N×C×T×H×W in channels_last_3d and
  // C×1×kT×kH×kW, any sizes, strides and paddings, no dilation. It launches nothing.
  bool (*supportsDepthwise)(const at::Tensor& input, const at::Tensor& weight, at::IntArrayRef stride,
                            at::IntArrayRef padding, at::IntArrayRef dilation) = nullptr;

  // Convolution of each channel with a kernel of its own, sums in float, then bias (C, undefined: none), residual
  // (output's shape, undefined: none) and ReLU, rounded once. All of the input's type. The weight is best kept with the
  // channels innermost, weight.permute({1, 2, 3, 4, 0}).contiguous().permute({4, 0, 1, 2, 3}); else it is brought into
  // that order at every call.
  at::Tensor (*depthwise)(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                          const at::Tensor& residual, at::IntArrayRef stride, at::IntArrayRef padding,
                          bool relu) = nullptr;

  // x = x + bias + residual, ReLU where asked, in one pass: float32, float16 or bfloat16, in channels_last(_3d) or N×C.
  // bias is C values or undefined, residual of x's shape and order or undefined; sums in float, rounded once.
  void (*biasResidualRelu)(at::Tensor& x, const at::Tensor& bias, const at::Tensor& residual, bool relu) = nullptr;

  // `frames` of `bytes` (uint8 T×H×W×3, contiguous) into `slot`, contiguous frames.size()×h×w×3 of float32, float16 or
  // bfloat16: a clip of an N×3×T×h×w batch in channels_last_3d. Only what the window keeps is computed.
  void (*preprocess)(const at::Tensor& bytes, const std::vector<int64_t>& frames, const CudaCrop& crop,
                     const at::Tensor& slot) = nullptr;

  // Records what `work` queues on the current device, on a stream of its own: it must have run once before, must not
  // wait for the device, and whatever it allocates stays the graph's as long as that lives.
  std::unique_ptr<CapturedGraph> (*captureGraph)(const std::function<void()>& work) = nullptr;

  // The share, 0…1, of a device's memory that LibTorch's allocator may take in this process.
  void (*setMemoryFraction)(double fraction, int64_t deviceIndex) = nullptr;
};

// Of this header: another one is another number.
constexpr int64_t kCudaApiVersion = 1;

// The one function that the library exports, as `const CudaApi* kinetorchCudaApi()` with C linkage.
using CudaApiFunction = const CudaApi* (*)();
constexpr char kCudaApiSymbol[] = "kinetorchCudaApi";

}  // namespace kinetorch

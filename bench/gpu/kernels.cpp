// Times the depthwise convolutions of ir_csn_50 on a GPU in float16: kinetorch_cuda's, LibTorch's, and what the memory
// alone would take, which is the values read and written once at the rate of a copy from the device to itself.
//   cmake -S . -B build/cuda -DKINETORCH_CUDA=ON -DKINETORCH_LIBTORCH=… && cmake --build build/cuda
//   build/cuda/kinetorch_cuda_bench
#include <ATen/ATen.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <vector>

#include "native/runtime/cuda_library.h"

namespace {

using Sizes = std::array<int64_t, 3>;

struct Layer {
  int64_t channels;
  Sizes in;
  int64_t stride;
  int count;  // in the network
};

// At 32×224×224.
const Layer kLayers[] = {{64, {32, 56, 56}, 1, 3},  {128, {32, 56, 56}, 2, 1}, {128, {16, 28, 28}, 1, 3},
                         {256, {16, 28, 28}, 2, 1}, {256, {8, 14, 14}, 1, 5},  {512, {8, 14, 14}, 2, 1},
                         {512, {4, 7, 7}, 1, 2}};

// More than any cache keeps from one call to the next.
constexpr int64_t kColdBytes = int64_t{256} << 20;

// Microseconds a call: the median of some rounds, each timed as a whole on the device.
double microseconds(const std::function<void(int64_t call)>& work) {
  constexpr int kRounds = 9;
  constexpr int kCalls = 20;
  cudaEvent_t begin = nullptr;
  cudaEvent_t end = nullptr;
  C10_CUDA_CHECK(cudaEventCreate(&begin));
  C10_CUDA_CHECK(cudaEventCreate(&end));
  const cudaStream_t stream = c10::cuda::getCurrentCUDAStream().stream();
  std::vector<double> times;
  for (int round = 0; round < kRounds; ++round) {
    C10_CUDA_CHECK(cudaEventRecord(begin, stream));
    for (int64_t call = 0; call < kCalls; ++call) work(call);
    C10_CUDA_CHECK(cudaEventRecord(end, stream));
    C10_CUDA_CHECK(cudaEventSynchronize(end));
    float milliseconds = 0;
    C10_CUDA_CHECK(cudaEventElapsedTime(&milliseconds, begin, end));
    times.push_back(1e3 * static_cast<double>(milliseconds) / kCalls);
  }
  C10_CUDA_CHECK(cudaEventDestroy(begin));
  C10_CUDA_CHECK(cudaEventDestroy(end));
  std::sort(times.begin(), times.end());
  return times[kRounds / 2];
}

// Bytes read and written a microsecond by a copy.
double copyRate() {
  const at::Tensor from = at::zeros({int64_t{1} << 30}, at::TensorOptions(at::kCUDA).dtype(at::kByte));
  const at::Tensor to = at::empty_like(from);
  return 2.0 * static_cast<double>(from.nbytes()) / microseconds([&](int64_t) { to.copy_(from, true); });
}

void measure(const kinetorch::CudaApi& api, const Layer& layer, int64_t batch, double rate) {
  const auto options = at::TensorOptions(at::kCUDA).dtype(at::kHalf);
  const Sizes one{1, 1, 1};
  const Sizes stride{layer.stride, layer.stride, layer.stride};
  std::vector<at::Tensor> inputs;
  int64_t bytes = 0;
  while (bytes < kColdBytes || inputs.size() < 2) {
    inputs.push_back(at::randn({batch, layer.channels, layer.in[0], layer.in[1], layer.in[2]}, options)
                         .contiguous(at::MemoryFormat::ChannelsLast3d));
    bytes += static_cast<int64_t>(inputs.back().nbytes());
  }
  const at::Tensor weight = at::randn({1, 3, 3, 3, layer.channels}, options).permute({4, 0, 1, 2, 3});
  const at::Tensor bias = at::randn({layer.channels}, options);
  const auto input = [&](int64_t call) { return inputs[static_cast<size_t>(call) % inputs.size()]; };
  at::Tensor output;
  const double ours =
      microseconds([&](int64_t call) { output = api.depthwise(input(call), weight, bias, {}, stride, one, true); });
  const double moved = static_cast<double>(inputs[0].nbytes() + output.nbytes());
  const at::Tensor plain = weight.contiguous();
  const double libtorchs = microseconds(
      [&](int64_t call) { output = at::conv3d(input(call), plain, bias, stride, one, one, layer.channels).relu_(); });
  for (at::Tensor& each : inputs) each = each.contiguous();
  const double planar = microseconds(
      [&](int64_t call) { output = at::conv3d(input(call), plain, bias, stride, one, one, layer.channels).relu_(); });
  std::printf("%4ld ×%2ld×%2ld×%2ld  /%ld  ×%d  %3ld  %9.1f  %9.1f  %6.2f  %9.1f  %9.1f\n",
              static_cast<long>(layer.channels), static_cast<long>(layer.in[0]), static_cast<long>(layer.in[1]),
              static_cast<long>(layer.in[2]), static_cast<long>(layer.stride), layer.count, static_cast<long>(batch),
              ours, moved / rate, ours * rate / moved, libtorchs, planar);
}

}  // namespace

int main() {
  if (c10::cuda::device_count() == 0) {
    std::printf("SKIPPED: no CUDA device\n");
    return 0;
  }
  const kinetorch::CudaApi* const api = kinetorch::cudaLibrary();
  if (api == nullptr) {
    std::printf("no kinetorch_cuda: %s\n", kinetorch::cudaLibraryReason().c_str());
    return 1;
  }
  const double rate = copyRate();
  std::printf("copy on the device: %.0f GB/s read and written\n", rate / 1e3);
  std::printf("microseconds a layer: float16, bias and ReLU; LibTorch in channels_last_3d and in N×C×T×H×W\n");
  std::printf("layer        stride count batch   ours      memory   ratio  LibTorch   planar\n");
  for (const Layer& layer : kLayers) {
    for (const int64_t batch : {1, 16, 64}) measure(*api, layer, batch, rate);
  }
  return 0;
}

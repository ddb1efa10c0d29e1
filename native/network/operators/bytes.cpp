#include "native/network/operators/bytes.h"

#include <ATen/ATen.h>

#include "native/kernels/int8/convert.h"
#include "native/network/operators/libtorch_threads.h"

namespace kinetorch::network {
namespace {

constexpr auto kLayout = at::MemoryFormat::ChannelsLast3d;

// Of the size of N×C×T×H×W `tensor`, with other channels and of another type.
at::Tensor like(const at::Tensor& tensor, int64_t channels, at::ScalarType type) {
  return at::empty({tensor.size(0), channels, tensor.size(2), tensor.size(3), tensor.size(4)},
                   tensor.options().dtype(type), kLayout);
}

int64_t pixelsOf(const at::Tensor& tensor) { return tensor.size(0) * tensor.size(2) * tensor.size(3) * tensor.size(4); }

}  // namespace

at::Tensor quantise(const at::Tensor& numbers, const kernels::Quantisation& format) {
  if (numbers.dim() == 4) return quantise(numbers.unsqueeze(0), format).squeeze(0);
  TORCH_CHECK(numbers.dim() == 5, "expected N×C×T×H×W but received ", numbers.sizes());
  const int64_t channels = numbers.size(1);
  const at::Tensor dense = numbers.to(at::kFloat).contiguous(kLayout);
  at::Tensor bytes = like(numbers, kernels::storedChannels(channels), at::kByte);
  LibTorchThreads threads;
  kernels::int8::quantise(dense.const_data_ptr<float>(), bytes.mutable_data_ptr<uint8_t>(), pixelsOf(bytes), channels,
                          format, threads);
  return bytes;
}

at::Tensor dequantise(const at::Tensor& bytes, const kernels::Quantisation& format, int64_t channels) {
  if (bytes.dim() == 4) return dequantise(bytes.unsqueeze(0), format, channels).squeeze(0);
  at::Tensor numbers = like(bytes, channels, at::kFloat);
  LibTorchThreads threads;
  kernels::int8::dequantise(bytes.const_data_ptr<uint8_t>(), numbers.mutable_data_ptr<float>(), pixelsOf(bytes),
                            channels, format, threads);
  return numbers;
}

}  // namespace kinetorch::network

#include "native/kernels/conv.h"

#include <algorithm>
#include <stdexcept>

#include "native/kernels/conv_job.h"
#include "native/kernels/direct_blocks.h"
#include "native/kernels/pack_weights.h"
#include "native/kernels/product_blocks.h"
#include "native/kernels/simd_shape.h"
#include "native/simd/targets.h"

namespace kinetorch::kernels {
namespace {

int64_t outputLength(int64_t length, int64_t kernel, int64_t stride, int64_t padding) {
  const int64_t reach = length + 2 * padding - kernel;
  return reach < 0 ? 0 : reach / stride + 1;
}

ConvRunner runnerOf(const PackedConv& conv) {
  switch (conv.algorithm()) {
    case ConvAlgorithm::kDepthwise:
      return depthwiseRunner(conv.target());
    case ConvAlgorithm::kDirect:
      return directRunner(conv.target());
    default:
      return winogradRunner(conv.target());
  }
}

bool canStream(const PackedConv& conv, const ConvArguments& arguments) {
  return conv.algorithm() != ConvAlgorithm::kDepthwise && conv.layer().outputChannels % 16 == 0 &&
         reinterpret_cast<uintptr_t>(arguments.output) % 64 == 0;
}

}  // namespace

ClipSize outputSize(const ConvLayer& layer, const ClipSize& input) {
  const auto along = [&](size_t axis, int64_t length) {
    return outputLength(length, layer.kernel[axis], layer.stride[axis], layer.padding[axis]);
  };
  return {input.batch, along(0, input.frames), along(1, input.height), along(2, input.width)};
}

bool supports(const ConvLayer& layer, ConvAlgorithm algorithm) {
  using Dimensions = std::array<int64_t, 3>;
  const auto positive = [](int64_t value) { return value > 0; };
  if (layer.inputChannels <= 0 || layer.outputChannels <= 0 ||
      !std::all_of(layer.kernel.begin(), layer.kernel.end(), positive) ||
      !std::all_of(layer.stride.begin(), layer.stride.end(), positive) ||
      *std::min_element(layer.padding.begin(), layer.padding.end()) < 0) {
    return false;
  }
  const Dimensions half = {layer.kernel[0] / 2, layer.kernel[1] / 2, layer.kernel[2] / 2};
  switch (algorithm) {
    case ConvAlgorithm::kDirect:
      return layer.groups == 1;
    case ConvAlgorithm::kWinograd2:
    case ConvAlgorithm::kWinograd4:
      return layer.groups == 1 && layer.stride == Dimensions{1, 1, 1} && layer.padding == half &&
             (layer.kernel == Dimensions{1, 3, 3} || layer.kernel == Dimensions{3, 3, 3} ||
              layer.kernel == Dimensions{3, 1, 1} || layer.kernel == Dimensions{5, 1, 1});
    case ConvAlgorithm::kDepthwise:
      return layer.groups == layer.inputChannels && layer.outputChannels == layer.inputChannels &&
             layer.padding == half &&
             std::all_of(layer.kernel.begin(), layer.kernel.end(), [](int64_t k) { return k == 1 || k == 3; }) &&
             *std::max_element(layer.stride.begin(), layer.stride.end()) <= 2;
  }
  return false;
}

PackedConv::PackedConv(const ConvLayer& layer, ConvAlgorithm algorithm, const float* weights, const float* bias,
                       ParallelFor& parallel, const std::string& target)
    : layer_(layer), algorithm_(algorithm), target_(simd::targetNamed(target)) {
  if (!supports(layer, algorithm)) throw std::invalid_argument("the algorithm does not support this convolution");
  if (target_ == 0) throw std::invalid_argument("expected one of targetNames() but received " + target);
  const SimdShape simd = simdShape(target_);
  weights_ = packWeights(layer, algorithm, simd, weights, parallel);
  bias_ = AlignedBuffer(static_cast<size_t>(roundUp(layer.outputChannels, simd.panelWidth)));
  if (bias != nullptr) std::copy_n(bias, layer.outputChannels, bias_.data());
}

size_t workspaceBytes(const PackedConv& conv, const ConvPlan& plan, const ClipSize& input, int threads) {
  if (conv.algorithm() == ConvAlgorithm::kDepthwise) return 0;
  const SimdShape simd = simdShape(conv.target());
  if (conv.algorithm() == ConvAlgorithm::kDirect) {
    const DirectBlocks blocks(conv.layer(), directShape(conv.layer(), input), plan, simd);
    return static_cast<size_t>(blocks.sharedFloats() + threads * blocks.threadFloats()) * sizeof(float);
  }
  const ProductBlocks blocks(productShape(conv.layer(), conv.algorithm(), input), plan, simd);
  const int64_t floats = plan.shareInput ? blocks.transformedFloats() + threads * blocks.productFloats()
                                         : threads * (blocks.transformedFloats() + blocks.productFloats());
  return static_cast<size_t>(floats) * sizeof(float);
}

void run(const PackedConv& conv, const ConvPlan& plan, const ClipSize& input, const ConvArguments& arguments,
         void* workspace, ParallelFor& parallel) {
  if (plan.algorithm != conv.algorithm()) throw std::invalid_argument("the plan is for another algorithm");
  const ClipSize output = outputSize(conv.layer(), input);
  if (std::min({output.batch, output.frames, output.height, output.width}) <= 0) {
    throw std::invalid_argument("the input is smaller than the kernel, or empty");
  }
  runnerOf(conv)({conv.layer(), plan, conv.target(), input, output, conv.weights(), conv.bias(), arguments,
                  static_cast<float*>(workspace), parallel, plan.streamOutput && canStream(conv, arguments)});
}

}  // namespace kinetorch::kernels

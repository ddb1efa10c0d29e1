#include "native/kernels/conv.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "native/kernels/float32/conv_job.h"
#include "native/kernels/float32/pack_weights.h"
#include "native/kernels/float32/plan.h"
#include "native/kernels/float32/simd_shape.h"
#include "native/kernels/int8/conv_job.h"
#include "native/kernels/int8/pack_weights.h"
#include "native/kernels/int8/plan.h"
#include "native/kernels/int8/simd_shape.h"
#include "native/kernels/rounding.h"
#include "native/simd/targets.h"

// Most builds ask for no warnings here, but a kind of elements that a switch forgets must not compile.
#pragma GCC diagnostic error "-Wswitch"

namespace kinetorch::kernels {
namespace {

int64_t outputLength(int64_t length, int64_t kernel, int64_t stride, int64_t padding) {
  const int64_t reach = length + 2 * padding - kernel;
  return reach < 0 ? 0 : reach / stride + 1;
}

float32::ConvRunner float32RunnerOf(const PackedConv& conv) {
  switch (conv.algorithm()) {
    case ConvAlgorithm::kDepthwise:
      return float32::depthwiseRunner(conv.target());
    case ConvAlgorithm::kDirect:
      return float32::directRunner(conv.target());
    case ConvAlgorithm::kWinograd2:
    case ConvAlgorithm::kWinograd4:
      return float32::winogradRunner(conv.target());
  }
  throw std::invalid_argument("no float32 kernel for this algorithm");
}

int8::ConvRunner int8RunnerOf(const PackedConv& conv) {
  if (conv.algorithm() == ConvAlgorithm::kDepthwise) return int8::depthwiseRunner(conv.target());
  if (conv.algorithm() == ConvAlgorithm::kDirect) return int8::directRunner(conv.target());
  throw std::invalid_argument("no int8 kernel for this algorithm");
}

simd::Products productsOf(ElementKind elementKind) {
  return elementKind == ElementKind::kInt8 ? simd::Products::kBytes : simd::Products::kFloats;
}

// Whether the sums of the largest products fit into 32 bits.
bool sumsFit(const ConvLayer& layer) {
  const int64_t products = layer.inputChannels / layer.groups * layer.kernel[0] * layer.kernel[1] * layer.kernel[2];
  return products <= std::numeric_limits<int32_t>::max() / (255 * 127);
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

const char* nameOf(ConvAlgorithm algorithm) {
  switch (algorithm) {
    case ConvAlgorithm::kDirect:
      return "direct";
    case ConvAlgorithm::kWinograd2:
      return "winograd2";
    case ConvAlgorithm::kWinograd4:
      return "winograd4";
    case ConvAlgorithm::kDepthwise:
      return "depthwise";
  }
  return "";
}

std::vector<std::string> targetNames(ElementKind elementKind) { return simd::targetNames(productsOf(elementKind)); }

bool supports(const ConvLayer& layer, ConvAlgorithm algorithm, ElementKind elementKind) {
  using Dimensions = std::array<int64_t, 3>;
  const auto positive = [](int64_t value) { return value > 0; };
  if (layer.inputChannels <= 0 || layer.outputChannels <= 0 ||
      !std::all_of(layer.kernel.begin(), layer.kernel.end(), positive) ||
      !std::all_of(layer.stride.begin(), layer.stride.end(), positive) ||
      *std::min_element(layer.padding.begin(), layer.padding.end()) < 0) {
    return false;
  }
  if (elementKind == ElementKind::kInt8 && !sumsFit(layer)) return false;
  const Dimensions half = {layer.kernel[0] / 2, layer.kernel[1] / 2, layer.kernel[2] / 2};
  switch (algorithm) {
    case ConvAlgorithm::kDirect:
      return layer.groups == 1;
    case ConvAlgorithm::kWinograd2:
    case ConvAlgorithm::kWinograd4:
      return elementKind == ElementKind::kFloat32 && layer.groups == 1 && layer.stride == Dimensions{1, 1, 1} &&
             layer.padding == half &&
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

PackedConv::PackedConv(const ConvLayer& layer, ConvAlgorithm algorithm, ElementKind elementKind,
                       const std::string& target)
    : layer_(layer),
      algorithm_(algorithm),
      elementKind_(elementKind),
      target_(simd::targetNamed(target, productsOf(elementKind))) {
  if (!supports(layer, algorithm, elementKind)) {
    throw std::invalid_argument("the algorithm does not support this convolution");
  }
  if (target_ == 0) throw std::invalid_argument("expected one of targetNames() but received " + target);
}

PackedConv::PackedConv(const ConvLayer& layer, ConvAlgorithm algorithm, const float* weights, const float* bias,
                       ParallelFor& parallel, const std::string& target)
    : PackedConv(layer, algorithm, ElementKind::kFloat32, target) {
  const SimdShape simd = float32::simdShape(target_);
  weights_ = float32::packWeights(layer, algorithm, simd, weights, parallel);
  bias_ = AlignedBuffer<float>(static_cast<size_t>(roundUp(layer.outputChannels, simd.panelWidth)));
  if (bias != nullptr) std::copy_n(bias, layer.outputChannels, bias_.data());
}

PackedConv::PackedConv(const ConvLayer& layer, ConvAlgorithm algorithm, const int8_t* weights, const float* weightSteps,
                       const float* bias, Quantisation input, ParallelFor& parallel, const std::string& target)
    : PackedConv(layer, algorithm, ElementKind::kInt8, target) {
  const SimdShape simd = int8::simdShape(target_);
  input_ = input;
  weights_ = int8::packWeights(layer, algorithm, simd, weights, parallel);
  start_ = int8::sumStarts(layer, simd, weights, input.zero);
  multiplier_ = AlignedBuffer<float>(start_.size());
  std::transform(weightSteps, weightSteps + layer.outputChannels, multiplier_.data(),
                 [&](float step) { return input.step * step; });
  bias_ = AlignedBuffer<float>(start_.size());
  if (bias != nullptr) std::copy_n(bias, layer.outputChannels, bias_.data());
}

ConvPlan defaultPlan(const PackedConv& conv, const ClipSize& input, int threads) {
  switch (conv.elementKind()) {
    case ElementKind::kFloat32:
      return float32::defaultPlan(conv, input, threads);
    case ElementKind::kInt8:
      return int8::defaultPlan(conv, input, threads);
  }
  return {};
}

std::vector<ConvPlan> candidatePlans(const PackedConv& conv, const ClipSize& input, int threads) {
  switch (conv.elementKind()) {
    case ElementKind::kFloat32:
      return float32::candidatePlans(conv, input, threads);
    case ElementKind::kInt8:
      return int8::candidatePlans(conv, input, threads);
  }
  return {};
}

size_t workspaceBytes(const PackedConv& conv, const ConvPlan& plan, const ClipSize& input, int threads) {
  switch (conv.elementKind()) {
    case ElementKind::kFloat32:
      return float32::workspaceBytes(conv, plan, input, threads);
    case ElementKind::kInt8:
      return int8::workspaceBytes(conv, plan, input, threads);
  }
  return 0;
}

void run(const PackedConv& conv, const ConvPlan& plan, const ClipSize& input, const ConvArguments& arguments,
         void* workspace, ParallelFor& parallel) {
  if (plan.algorithm != conv.algorithm()) throw std::invalid_argument("the plan is for another algorithm");
  if (plan.elementKind != conv.elementKind() || arguments.elementKind != conv.elementKind()) {
    throw std::invalid_argument("the plan and the arguments must be of the weights' kind of elements");
  }
  const ClipSize output = outputSize(conv.layer(), input);
  if (std::min({output.batch, output.frames, output.height, output.width}) <= 0) {
    throw std::invalid_argument("the input is smaller than the kernel, or empty");
  }
  const bool streamOutput = plan.streamOutput && canStream(conv, arguments);
  switch (conv.elementKind()) {
    case ElementKind::kFloat32:
      float32RunnerOf(conv)({conv.layer(), plan, conv.target(), input, output,
                             static_cast<const float*>(conv.weights()), conv.bias(),
                             static_cast<const float*>(arguments.input), static_cast<float*>(arguments.output),
                             static_cast<const float*>(arguments.residual), arguments.relu,
                             static_cast<float*>(workspace), parallel, streamOutput});
      break;
    case ElementKind::kInt8:
      int8RunnerOf(conv)({conv.layer(), plan, conv.target(), input, output, static_cast<const int8_t*>(conv.weights()),
                          conv.start(), conv.multiplier(), conv.bias(), conv.input(),
                          static_cast<const uint8_t*>(arguments.input), arguments.output, arguments.outputQuantisation,
                          arguments.residual, arguments.residualIsFloat, arguments.residualQuantisation, arguments.relu,
                          static_cast<std::byte*>(workspace), parallel});
      break;
  }
}

}  // namespace kinetorch::kernels

#include "native/kernels/float32/plan.h"

#include "native/kernels/direct_blocks.h"
#include "native/kernels/float32/product_blocks.h"
#include "native/kernels/float32/simd_shape.h"
#include "native/kernels/plan.h"

namespace kinetorch::kernels::float32 {
namespace {

// Outputs beyond this are written past the caches. What systems report as shared cache is often that of many cores or
// machines together; this is half of what a group of cores typically has.
constexpr int64_t kStreamedBytes = 16 * 1024 * 1024;

PlannedProduct plannedProduct(const PackedConv& conv, const ClipSize& input, const SimdShape& simd) {
  constexpr int64_t kFloatBytes = sizeof(float);
  if (conv.algorithm() == ConvAlgorithm::kDirect) {
    const DirectShape shape = directShape(conv.layer(), conv.layer().inputChannels, input);
    return {shape.rows, shape.segments * shape.depth * kFloatBytes};
  }
  const ProductShape shape = productShape(conv.layer(), conv.algorithm(), input);
  const int64_t channels = plannedChannels(conv.layer(), simd);
  return {shape.groups * shape.frames * shape.positions, shape.points * (shape.depth + channels) * kFloatBytes};
}

}  // namespace

ConvPlan defaultPlan(const PackedConv& conv, const ClipSize& input, int threads) {
  if (conv.algorithm() == ConvAlgorithm::kDepthwise) return depthwisePlan(conv, input, threads, sizeof(float));
  const SimdShape simd = simdShape(conv.target());
  ConvPlan plan = productPlan(conv, simd, plannedProduct(conv, input, simd), threads);
  const ClipSize output = outputSize(conv.layer(), input);
  plan.streamOutput = output.batch * output.frames * output.height * output.width * conv.layer().outputChannels *
                          static_cast<int64_t>(sizeof(float)) >
                      kStreamedBytes;
  return plan;
}

std::vector<ConvPlan> candidatePlans(const PackedConv& conv, const ClipSize& input, int threads) {
  const ConvPlan byDefault = float32::defaultPlan(conv, input, threads);
  if (conv.algorithm() == ConvAlgorithm::kDepthwise) return depthwisePlans(conv, byDefault);
  const SimdShape simd = simdShape(conv.target());
  return productPlans(conv, simd, plannedProduct(conv, input, simd).rows, byDefault);
}

size_t workspaceBytes(const PackedConv& conv, const ConvPlan& plan, const ClipSize& input, int threads) {
  if (conv.algorithm() == ConvAlgorithm::kDepthwise) return 0;
  const SimdShape simd = simdShape(conv.target());
  if (conv.algorithm() == ConvAlgorithm::kDirect) {
    const ConvLayer& layer = conv.layer();
    return DirectBlocks(layer.outputChannels, directShape(layer, layer.inputChannels, input), plan, simd)
        .workspaceBytes(threads);
  }
  const ProductBlocks blocks(productShape(conv.layer(), conv.algorithm(), input), plan, simd);
  const int64_t floats = plan.shareInput ? blocks.transformedFloats() + threads * blocks.productFloats()
                                         : threads * (blocks.transformedFloats() + blocks.productFloats());
  return static_cast<size_t>(floats) * sizeof(float);
}

}  // namespace kinetorch::kernels::float32

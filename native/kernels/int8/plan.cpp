#include "native/kernels/int8/plan.h"

#include "native/kernels/direct_blocks.h"
#include "native/kernels/int8/depthwise_shape.h"
#include "native/kernels/int8/simd_shape.h"
#include "native/kernels/plan.h"
#include "native/kernels/rounding.h"

namespace kinetorch::kernels::int8 {
namespace {

DirectShape shapeOf(const PackedConv& conv, const ClipSize& input) {
  return directShape(conv.layer(), storedChannels(conv.layer().inputChannels) / 4, input);
}

}  // namespace

ConvPlan defaultPlan(const PackedConv& conv, const ClipSize& input, int threads) {
  if (conv.algorithm() == ConvAlgorithm::kDepthwise) {
    ConvPlan plan = depthwisePlan(conv, input, threads, 1);
    plan.tileRows = roundUp(plan.tileRows, 2);  // a quad may be of two rows' taps
    return plan;
  }
  const DirectShape shape = shapeOf(conv, input);
  return productPlan(conv, simdShape(conv.target()), {shape.rows, shape.segments * shape.depth * 4}, threads);
}

std::vector<ConvPlan> candidatePlans(const PackedConv& conv, const ClipSize& input, int threads) {
  const ConvPlan byDefault = int8::defaultPlan(conv, input, threads);
  if (conv.algorithm() == ConvAlgorithm::kDepthwise) return depthwisePlans(conv, byDefault);
  return productPlans(conv, simdShape(conv.target()), shapeOf(conv, input).rows, byDefault);
}

size_t workspaceBytes(const PackedConv& conv, const ConvPlan& plan, const ClipSize& input, int threads) {
  const SimdShape simd = simdShape(conv.target());
  if (conv.algorithm() == ConvAlgorithm::kDepthwise) {
    return DepthwiseBlocks(conv.layer(), plan, input, simd.lanes).workspaceBytes(threads);
  }
  return DirectBlocks(storedChannels(conv.layer().outputChannels), shapeOf(conv, input), plan, simd)
      .workspaceBytes(threads);
}

}  // namespace kinetorch::kernels::int8

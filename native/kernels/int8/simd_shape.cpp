#include "native/kernels/int8/simd_shape.h"

#include "native/simd/byte_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "native/kernels/int8/simd_shape.cpp"
#include "hwy/foreach_target.h"
#include "native/kernels/int8/micro_kernel-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::kernels::int8 {
namespace HWY_NAMESPACE {
namespace {

SimdShape shapeHere() { return {kLanes, kPanelWidth, kMicroRows}; }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::kernels::int8
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kinetorch::kernels::int8 {
namespace {
HWY_EXPORT(shapeHere);
}  // namespace

SimdShape simdShape(int64_t target) { return simd::entryFor(target, HWY_DISPATCH_TABLE(shapeHere))(); }

}  // namespace kinetorch::kernels::int8
#endif

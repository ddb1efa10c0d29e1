#include "native/kernels/targets.h"

#include <string>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "native/kernels/targets.cpp"
#include "hwy/foreach_target.h"
#include "native/kernels/conv.h"
#include "native/kernels/micro_kernel-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch {
namespace HWY_NAMESPACE {
namespace {

SimdShape shapeHere() { return {kLanes, kPanelWidth, kMicroRows}; }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kinetorch
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kinetorch {
namespace {
HWY_EXPORT(shapeHere);

// Highway counts ARM's AES to NEON and finds no target without it, but the kernels use none of it.
std::vector<int64_t> usableTargets() {
  std::vector<int64_t> targets = hwy::SupportedAndGeneratedTargets();
  if (targets.empty()) targets.push_back(HWY_STATIC_TARGET);
  return targets;
}

}  // namespace

SimdShape simdShape(int64_t target) { return entryFor(target, HWY_DISPATCH_TABLE(shapeHere))(); }

std::vector<std::string> kernelTargets() {
  std::vector<std::string> names;
  for (const int64_t target : usableTargets()) names.emplace_back(hwy::TargetName(target));
  return names;
}

int64_t targetNamed(const std::string& name) {
  for (const int64_t target : usableTargets()) {
    if (name.empty() || name == hwy::TargetName(target)) return target;
  }
  return 0;
}

}  // namespace kinetorch
#endif

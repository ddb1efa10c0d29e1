#include "native/simd/targets.h"

#include <string>
#include <vector>

#include "hwy/targets.h"

namespace kinetorch::simd {
namespace {

// Highway counts ARM's AES to NEON and finds no target without it, but our code uses none of it.
std::vector<int64_t> usableTargets() {
  std::vector<int64_t> targets = hwy::SupportedAndGeneratedTargets();
  if (targets.empty()) targets.push_back(HWY_STATIC_TARGET);
  return targets;
}

}  // namespace

std::vector<std::string> targetNames() {
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

}  // namespace kinetorch::simd

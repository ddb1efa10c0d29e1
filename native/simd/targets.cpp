#include <algorithm>
#include <string>
#include <vector>

#include "native/simd/byte_targets.h"

namespace kinetorch::simd {
namespace {

// Highway counts ARM's AES to NEON and finds no target without it, but our code uses none of it.
std::vector<int64_t> usableTargets(Products products) {
  std::vector<int64_t> targets = hwy::SupportedAndGeneratedTargets();
  if (products == Products::kFloats)
    targets.erase(std::remove(targets.begin(), targets.end(), HWY_AVX3_DL), targets.end());
  if (targets.empty()) targets.push_back(HWY_STATIC_TARGET);
  return targets;
}

}  // namespace

std::vector<std::string> targetNames(Products products) {
  std::vector<std::string> names;
  for (const int64_t target : usableTargets(products)) names.emplace_back(hwy::TargetName(target));
  return names;
}

int64_t targetNamed(const std::string& name, Products products) {
  for (const int64_t target : usableTargets(products)) {
    if (name.empty() || name == hwy::TargetName(target)) return target;
  }
  return 0;
}

}  // namespace kinetorch::simd

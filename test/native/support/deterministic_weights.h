#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kinetorch::test {

// Deterministic tensors, bit for bit those of scripts/fixtures/deterministic.py, whose docstring gives the formula.

inline uint64_t fnv1a(const std::string& name) {
  uint64_t value = 0xCBF29CE484222325;
  for (const char c : name) value = (value ^ static_cast<uint8_t>(c)) * 0x100000001B3;
  return value;
}

// Number `index` of the tensor `name`, in [-1, 1).
inline double deterministicUniform(uint64_t nameHash, uint64_t index) {
  uint64_t x = nameHash + (index + 1) * 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  x = x ^ (x >> 31);
  return static_cast<double>(x >> 40) / 8388608.0 - 1.0;
}

// Fills the tensor `name` of `shape`, row-major, at `values`. `num_batches_tracked` is int64 and no business of this.
inline void fillDeterministic(const std::string& name, const std::vector<int64_t>& shape, float* values) {
  const auto endsWith = [&](const std::string& end) {
    return name.size() >= end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0;
  };
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  double scale = 1.0;
  double centre = 0.0;
  if (endsWith("running_var")) {
    centre = 1.0;
    scale = 0.25;
  } else if (endsWith("running_mean") || endsWith("bias")) {
    scale = 0.1;
  } else if (endsWith("weight") && shape.size() >= 2) {
    scale = std::sqrt(3.0 / static_cast<double>(count / shape[0]));
  } else if (endsWith("weight")) {
    centre = 1.0;
    scale = 0.1;
  }
  const uint64_t hash = fnv1a(name);
  for (int64_t i = 0; i < count; ++i) {
    values[i] = static_cast<float>(centre + scale * deterministicUniform(hash, static_cast<uint64_t>(i)));
  }
}

// The input clip of the reference logits.
inline std::vector<float> deterministicClip(const std::vector<int64_t>& shape) {
  size_t count = 1;
  for (const int64_t size : shape) count *= static_cast<size_t>(size);
  std::vector<float> values(count);
  fillDeterministic("clip", shape, values.data());
  return values;
}

}  // namespace kinetorch::test

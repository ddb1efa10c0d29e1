#pragma once

#include <algorithm>
#include <vector>

#include "native/formats/weight_file.h"

namespace kinetorch::test {

// Every entry of the largest set.
inline std::vector<formats::WeightTensor> readAll(formats::WeightFile& file) {
  const auto& sets = file.sets();
  const auto largest = std::max_element(
      sets.begin(), sets.end(), [](const auto& a, const auto& b) { return a.entries.size() < b.entries.size(); });
  std::vector<formats::WeightTensor> tensors;
  if (largest == sets.end()) return tensors;
  for (size_t i = 0; i < largest->entries.size(); ++i) {
    tensors.push_back(file.read(static_cast<size_t>(largest - sets.begin()), i));
  }
  return tensors;
}

}  // namespace kinetorch::test

#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace kinetorch::preprocessing {

// What a network wants to see; binding.d.ts's InputSpec.
struct InputSpec {
  int64_t frames = 0;
  int64_t height = 0;
  int64_t width = 0;
  std::vector<int64_t> resize;  // [height, width] or [shortSide]
  bool antialias = false;
  std::array<double, 3> mean{};
  std::array<double, 3> std{};
};

}  // namespace kinetorch::preprocessing

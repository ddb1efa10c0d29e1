#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace kinetorch::engine {

// How many times fell into which range. In milliseconds.
struct Histogram {
  // Upper ends, each of its own range.
  static constexpr std::array<double, 15> kBounds{1,   2,    5,    10,   20,    50,    100,  200,
                                                  500, 1000, 2000, 5000, 10000, 20000, 60000};

  std::array<uint64_t, kBounds.size() + 1> counts{};  // the last: of times above all bounds
  double sum = 0;
  uint64_t count = 0;

  void add(double time) {
    const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), time);
    ++counts[static_cast<size_t>(bound - kBounds.begin())];
    sum += time;
    ++count;
  }
};

}  // namespace kinetorch::engine

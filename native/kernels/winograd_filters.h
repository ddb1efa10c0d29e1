#pragma once

namespace kinetorch {

// Winograd's minimal filtering F(kTile, 3): kTile outputs of a filter with three taps from kTile + 2 products. These
// are the filters' transforms; those of inputs and products are in winograd_basis-inl.h. Points 0, ±1, ±2, ∞ for F(4,
// 3) and 0, ±1, ∞ for F(2, 3) (Lavin and Gray 2016, "Fast algorithms for convolutional neural networks").
template <int kTile>
struct WinogradFilter;

template <>
struct WinogradFilter<2> {
  static constexpr double kMatrix[4][3] = {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
};

template <>
struct WinogradFilter<4> {
  static constexpr double kMatrix[6][3] = {{1.0 / 4, 0, 0},
                                           {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                                           {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                                           {1.0 / 24, 1.0 / 12, 1.0 / 6},
                                           {1.0 / 24, -1.0 / 12, 1.0 / 6},
                                           {0, 0, 1}};
};

}  // namespace kinetorch

#pragma once

namespace kinetorch::kernels::float32 {

// Winograd's minimal filtering F(kTile, kTaps): kTile outputs of a filter with kTaps taps from kTile + kTaps - 1
// products. These are the filters' transforms; those of inputs and products are in winograd_basis-inl.h. A row belongs
// to a point at which polynomials are multiplied: 0, ±1, then ±2 where there are 6, then ±1/2 where there are 8, and ∞
// (Lavin and Gray 2016, "Fast algorithms for convolutional neural networks").
template <int kTile, int kTaps>
struct WinogradFilter;

template <>
struct WinogradFilter<2, 3> {
  static constexpr double kMatrix[4][3] = {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
};

template <>
struct WinogradFilter<4, 3> {
  static constexpr double kMatrix[6][3] = {{1.0 / 4, 0, 0},
                                           {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                                           {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                                           {1.0 / 24, 1.0 / 12, 1.0 / 6},
                                           {1.0 / 24, -1.0 / 12, 1.0 / 6},
                                           {0, 0, 1}};
};

template <>
struct WinogradFilter<2, 5> {
  static constexpr double kMatrix[6][5] = {{1.0 / 4, 0, 0, 0, 0},
                                           {-1.0 / 6, -1.0 / 6, -1.0 / 6, -1.0 / 6, -1.0 / 6},
                                           {-1.0 / 6, 1.0 / 6, -1.0 / 6, 1.0 / 6, -1.0 / 6},
                                           {1.0 / 24, 1.0 / 12, 1.0 / 6, 1.0 / 3, 2.0 / 3},
                                           {1.0 / 24, -1.0 / 12, 1.0 / 6, -1.0 / 3, 2.0 / 3},
                                           {0, 0, 0, 0, 1}};
};

template <>
struct WinogradFilter<4, 5> {
  static constexpr double kMatrix[8][5] = {{1, 0, 0, 0, 0},
                                           {-2.0 / 9, -2.0 / 9, -2.0 / 9, -2.0 / 9, -2.0 / 9},
                                           {-2.0 / 9, 2.0 / 9, -2.0 / 9, 2.0 / 9, -2.0 / 9},
                                           {1.0 / 90, 1.0 / 45, 2.0 / 45, 4.0 / 45, 8.0 / 45},
                                           {1.0 / 90, -1.0 / 45, 2.0 / 45, -4.0 / 45, 8.0 / 45},
                                           {4.0 / 45, 2.0 / 45, 1.0 / 45, 1.0 / 90, 1.0 / 180},
                                           {4.0 / 45, -2.0 / 45, 1.0 / 45, -1.0 / 90, 1.0 / 180},
                                           {0, 0, 0, 0, 1}};
};

}  // namespace kinetorch::kernels::float32

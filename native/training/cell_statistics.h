#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

namespace kinetorch::training {

// Frames, rows and columns of a cell. Those at the far edges of a clip are smaller where its sides do not divide.
using CellSize = std::array<int64_t, 3>;

// Of the cell that each pixel lies in, over all its channels: N×1×T×H×W.
struct CellStatistics {
  at::Tensor mean;
  at::Tensor deviation;  // the root of the unbiased variance + 1e-6: inside it, a flat cell's rounding stays small
};

CellStatistics cellStatistics(const at::Tensor& clips, const CellSize& cell);

// float32 N×C×T×H×W, every cell to mean 0 and deviation 1 (He et al. 2021, "Masked Autoencoders Are Scalable Vision
// Learners", normalised pixels).
at::Tensor normaliseCells(const at::Tensor& clips, const CellSize& cell);

}  // namespace kinetorch::training

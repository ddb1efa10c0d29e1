#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "native/architectures/parts.h"

namespace kinetorch::architectures {

// One row of the architecture table; frames, height and width are those the architecture was published with.
struct ArchitectureInfo {
  std::string name;
  std::string family;  // "r3d", "mc3", "r2plus1d", "c2d", "i3d", "slow", "tsm", "csn", "dw" or "cnn"
  int64_t frames = 0;
  int64_t height = 0;
  int64_t width = 0;
  Parts parts;
  int64_t spatialStride = 32;  // pixels of a side to a value of the last stage
};

std::vector<ArchitectureInfo> architectures();

}  // namespace kinetorch::architectures

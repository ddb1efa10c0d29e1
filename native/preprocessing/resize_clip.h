#pragma once

#include <cstdint>
#include <vector>

#include "native/preprocessing/clip.h"

namespace kinetorch::preprocessing {

// The clip's frames resized alone, still uint8 T×h×w×3. `resize` is [height, width] or [shortSide].
Clip resizeClip(const Clip& clip, const std::vector<int64_t>& resize, bool antialias);

}  // namespace kinetorch::preprocessing

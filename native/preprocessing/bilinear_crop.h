#pragma once

#include <cstdint>
#include <vector>

#include "native/preprocessing/crop_plan.h"
#include "native/preprocessing/input_spec.h"
#include "native/preprocessing/normalisation.h"

namespace kinetorch::preprocessing {

// Bilinear resize with align_corners=false and without antialias of uint8 H×W×3 frames, each value rounded to a whole
// number; of it only the crop is computed.
//
// Note [Ties]
// Between sizes of a small ratio many values lie at a half, or would in exact arithmetic, and it is the last bit that
// rounds them up or down. torchvision's bits are those of LibTorch's upsample_bilinear2d for float32, so its arithmetic
// is followed operation by operation. It has two ways to sum four neighbours: row by row, and, for an image that is
// small, by four weights. (On one thread it takes the second always; here the number of threads changes nothing.)
// LibTorch's libraries hold code for processors with and without fused multiply-add, and the compilers that make it
// fuse wherever they may; Highway's targets draw the same line.
class BilinearCrop {
 public:
  BilinearCrop(const CropPlan& crop, const InputSpec& input);

  // `box` is the first pixel of the plan's box in a frame whose rows are `stride` bytes apart. Writes uint8 H×W×3 of
  // the input's size.
  void resize(const uint8_t* box, int64_t stride, uint8_t* out) const;

  // The same, normalised: float H×W×3.
  void resizeAndNormalise(const uint8_t* box, int64_t stride, const RowScale& normal, float* out) const;

  // Along one axis of the crop, each pixel's two neighbours in the box, which are one at its edges, and their weights.
  struct Axis {
    std::vector<int64_t> first;
    std::vector<int64_t> second;
    std::vector<float> firstWeight;
    std::vector<float> secondWeight;
  };

  struct Axes {
    int64_t boxHeight = 0;
    int64_t height = 0;  // of the crop
    int64_t width = 0;
    bool isSmall = false;  // what the box is resized to: Note [Ties]
    Axis rows;
    Axis columns;  // places in bytes
  };

  const Axes& axes() const { return axes_; }

 private:
  Axes axes_;
};

}  // namespace kinetorch::preprocessing

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "native/preprocessing/crop_plan.h"
#include "native/preprocessing/input_spec.h"
#include "native/preprocessing/normalisation.h"

namespace kinetorch::preprocessing {

// Bilinear resize with align_corners=false and antialias of uint8 H×W×3 frames, each value rounded to a whole number;
// of it only the crop is computed. Equal to LibTorch's but for values within rounding noise of a half.
class AntialiasedCrop {
 public:
  AntialiasedCrop(const CropPlan& crop, const InputSpec& input);

  // As BilinearCrop's.
  void resize(const uint8_t* box, int64_t stride, uint8_t* out) const;
  void resizeAndNormalise(const uint8_t* box, int64_t stride, const RowScale& normal, float* out) const;

  // For each pixel along one axis of the crop, the `taps` source pixels from `first` on and their weights.
  struct Axis {
    int64_t taps = 0;
    std::vector<int64_t> first;
    std::vector<float> weights;  // pixels × taps
  };

  const Axis& rows() const { return rows_; }
  const Axis& columns() const { return columns_; }

 private:
  void resizeRow(const uint8_t* box, int64_t stride, size_t y, float* mixed, uint8_t* out) const;

  int64_t boxBytes_;  // of a row
  Axis rows_;
  Axis columns_;
};

}  // namespace kinetorch::preprocessing

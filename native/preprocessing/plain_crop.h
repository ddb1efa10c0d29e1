#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "native/preprocessing/byte_math.h"
#include "native/preprocessing/crop_plan.h"
#include "native/preprocessing/input_spec.h"
#include "native/preprocessing/normalisation.h"

namespace kinetorch::preprocessing {

// The crop of a box that keeps its size.
class PlainCrop {
 public:
  PlainCrop(const CropPlan& crop, const InputSpec& input)
      : crop_(crop), height_(input.height), rowBytes_(input.width * kChannels) {}

  // As BilinearCrop's.
  void resize(const uint8_t* box, int64_t stride, uint8_t* out) const {
    forEachRow(box, stride, [&](const uint8_t* row) {
      std::copy_n(row, rowBytes_, out);
      out += rowBytes_;
    });
  }

  void resizeAndNormalise(const uint8_t* box, int64_t stride, const RowScale& normal, float* out) const {
    forEachRow(box, stride, [&](const uint8_t* row) {
      normal.apply(row, out);
      out += rowBytes_;
    });
  }

 private:
  template <typename Body>
  void forEachRow(const uint8_t* box, int64_t stride, const Body& body) const {
    std::vector<uint8_t> flipped(crop_.flip ? static_cast<size_t>(rowBytes_) : 0);
    const uint8_t* row = box + crop_.top * stride + crop_.left * kChannels;
    for (int64_t y = 0; y < height_; ++y, row += stride) {
      for (int64_t x = 0; crop_.flip && x < rowBytes_; x += kChannels) {
        std::memcpy(flipped.data() + x, row + rowBytes_ - kChannels - x, kChannels);
      }
      body(crop_.flip ? flipped.data() : row);
    }
  }

  const CropPlan& crop_;
  int64_t height_;
  int64_t rowBytes_;
};

}  // namespace kinetorch::preprocessing

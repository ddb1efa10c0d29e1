#include "native/preprocessing/bilinear_crop.h"

#include <algorithm>
#include <cstring>

#include "native/preprocessing/byte_math.h"
#include "native/simd/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "native/preprocessing/bilinear_crop.cpp"
#include "hwy/cache_control.h"
#include "hwy/foreach_target.h"
#include "native/preprocessing/bilinear_axes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::preprocessing {
namespace HWY_NAMESPACE {

namespace {

using Words = hn::RebindToUnsigned<Floats>;

// The four neighbours of some pixels, a word each: red in the lowest byte, and what the highest holds is not used.
struct Neighbours {
  static constexpr int64_t kPixels = 64;
  HWY_ALIGN uint32_t upperLeft[kPixels] = {};
  HWY_ALIGN uint32_t upperRight[kPixels] = {};
  HWY_ALIGN uint32_t lowerLeft[kPixels] = {};
  HWY_ALIGN uint32_t lowerRight[kPixels] = {};

  // A loop of moves is faster than the processor's own gather.
  template <size_t kBytes>
  HWY_INLINE void gather(const uint8_t* upper, const uint8_t* lower, const int64_t* left, const int64_t* right,
                         int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      std::memcpy(upperLeft + i, upper + left[i], kBytes);
      std::memcpy(upperRight + i, upper + right[i], kBytes);
      std::memcpy(lowerLeft + i, lower + left[i], kBytes);
      std::memcpy(lowerRight + i, lower + right[i], kBytes);
    }
  }
};

struct Weights {
  Vector upper;
  Vector lower;
  Vector left;
  Vector right;
};

template <int kChannel>
HWY_INLINE Vector channelOf(const uint32_t* pixels) {
  const Words words;
  const auto bytes = hn::And(hn::ShiftRight<8 * kChannel>(hn::Load(words, pixels)), hn::Set(words, 255));
  return hn::ConvertTo(Floats(), hn::BitCast(hn::RebindToSigned<Floats>(), bytes));
}

// Note [Ties]: the order of both sums, and what of them is fused, is LibTorch's.
struct SumOfRows {
  template <int kChannel>
  HWY_INLINE static Vector of(const Neighbours& pixels, int64_t i, const Weights& weights) {
    const auto row = [&](const uint32_t* left, const uint32_t* right) HWY_ATTR {
      return hn::MulAdd(channelOf<kChannel>(left + i), weights.left,
                        hn::Mul(channelOf<kChannel>(right + i), weights.right));
    };
    return hn::MulAdd(row(pixels.upperLeft, pixels.upperRight), weights.upper,
                      hn::Mul(row(pixels.lowerLeft, pixels.lowerRight), weights.lower));
  }
};

struct SumOfCorners {
  template <int kChannel>
  HWY_INLINE static Vector of(const Neighbours& pixels, int64_t i, const Weights& weights) {
    const auto add = [&](const uint32_t* corner, Vector weight, Vector sum)
                         HWY_ATTR { return hn::MulAdd(channelOf<kChannel>(corner + i), weight, sum); };
    Vector sum = hn::Mul(channelOf<kChannel>(pixels.upperRight + i), hn::Mul(weights.upper, weights.right));
    sum = add(pixels.upperLeft, hn::Mul(weights.upper, weights.left), sum);
    sum = add(pixels.lowerLeft, hn::Mul(weights.lower, weights.left), sum);
    return add(pixels.lowerRight, hn::Mul(weights.lower, weights.right), sum);
  }
};

struct ToBytes {
  HWY_INLINE void store(Vector red, Vector green, Vector blue, uint8_t* to) const {
    const hn::Rebind<uint8_t, Floats> bytes;
    hn::StoreInterleaved3(hn::DemoteTo(bytes, hn::NearestInt(red)), hn::DemoteTo(bytes, hn::NearestInt(green)),
                          hn::DemoteTo(bytes, hn::NearestInt(blue)), bytes, to);
  }
};

struct ToNormalised {
  const RowScale& normal;

  HWY_INLINE Vector normalise(Vector values, size_t channel) const {
    return hn::MulAdd(hn::Round(values), constant(normal.scale[channel]), constant(normal.shift[channel]));
  }

  HWY_INLINE void store(Vector red, Vector green, Vector blue, float* to) const {
    hn::StoreInterleaved3(normalise(red, 0), normalise(green, 1), normalise(blue, 2), Floats(), to);
  }
};

// Where rows are left out, the processor does not foresee which come next.
HWY_INLINE void prefetch(const uint8_t* row, const Axis& columns) {
  constexpr int64_t kCacheLine = 64;
  const auto [begin, end] = std::minmax(columns.first.front(), columns.second.back());
  for (int64_t place = begin; place < end + kCacheLine; place += kCacheLine) hwy::Prefetch(row + place);
}

template <typename Sum, typename Value, typename Output>
void resizeFrame(const Axes& axes, const uint8_t* box, int64_t stride, Output output, Value* out) {
  const auto& [boxHeight, height, width, isSmall, rows, columns] = axes;
  Neighbours pixels;
  for (int64_t y = 0; y < height; ++y) {
    const uint8_t* upper = box + rows.first[y] * stride;
    const uint8_t* lower = box + rows.second[y] * stride;
    const int64_t later = std::min(y + 2, height - 1);
    prefetch(box + rows.first[later] * stride, columns);
    prefetch(box + rows.second[later] * stride, columns);
    for (int64_t x = 0; x < width; x += kLanes) {
      const int64_t place = x % Neighbours::kPixels;
      if (place == 0) {
        const int64_t count = std::min(Neighbours::kPixels, static_cast<int64_t>(columns.first.size()) - x);
        const int64_t* left = columns.first.data() + x;
        const int64_t* right = columns.second.data() + x;
        // Four bytes are one move, and can be read where another row follows.
        if (rows.second[y] < boxHeight - 1) {
          pixels.gather<kChannels + 1>(upper, lower, left, right, count);
        } else {
          pixels.gather<kChannels>(upper, lower, left, right, count);
        }
      }
      const Weights weights = {constant(rows.firstWeight[y]), constant(rows.secondWeight[y]),
                               hn::LoadU(Floats(), columns.firstWeight.data() + x),
                               hn::LoadU(Floats(), columns.secondWeight.data() + x)};
      const Vector red = Sum::template of<0>(pixels, place, weights);
      const Vector green = Sum::template of<1>(pixels, place, weights);
      const Vector blue = Sum::template of<2>(pixels, place, weights);
      Value* to = out + (y * width + x) * kChannels;
      if (x + kLanes <= width) {
        output.store(red, green, blue, to);
      } else {
        Value whole[kLanes * kChannels];
        output.store(red, green, blue, whole);
        std::memcpy(to, whole, static_cast<size_t>((width - x) * kChannels) * sizeof(Value));
      }
    }
  }
}

Axes makeAxes(const CropPlan& crop, const InputSpec& input) { return axesOf(crop, input); }

void resizeToBytes(const Axes& axes, const uint8_t* box, int64_t stride, uint8_t* out) {
  const auto resize =
      axes.isSmall ? &resizeFrame<SumOfCorners, uint8_t, ToBytes> : &resizeFrame<SumOfRows, uint8_t, ToBytes>;
  resize(axes, box, stride, ToBytes{}, out);
}

void resizeToNormalised(const Axes& axes, const uint8_t* box, int64_t stride, const RowScale& normal, float* out) {
  const auto resize =
      axes.isSmall ? &resizeFrame<SumOfCorners, float, ToNormalised> : &resizeFrame<SumOfRows, float, ToNormalised>;
  resize(axes, box, stride, ToNormalised{normal}, out);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::preprocessing
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kinetorch::preprocessing {
namespace {
HWY_EXPORT(makeAxes);
HWY_EXPORT(resizeToBytes);
HWY_EXPORT(resizeToNormalised);
}  // namespace

BilinearCrop::BilinearCrop(const CropPlan& crop, const InputSpec& input)
    : axes_(HWY_DYNAMIC_DISPATCH(makeAxes)(crop, input)) {}

void BilinearCrop::resize(const uint8_t* box, int64_t stride, uint8_t* out) const {
  HWY_DYNAMIC_DISPATCH(resizeToBytes)(axes_, box, stride, out);
}

void BilinearCrop::resizeAndNormalise(const uint8_t* box, int64_t stride, const RowScale& normal, float* out) const {
  HWY_DYNAMIC_DISPATCH(resizeToNormalised)(axes_, box, stride, normal, out);
}

}  // namespace kinetorch::preprocessing
#endif

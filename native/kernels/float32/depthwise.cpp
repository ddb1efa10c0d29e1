#include "native/simd/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "native/kernels/float32/depthwise.cpp"
#include <algorithm>
#include <type_traits>
#include <utility>

#include "hwy/cache_control.h"
#include "hwy/foreach_target.h"
#include "native/kernels/float32/epilogue-inl.h"
#include "native/kernels/float32/micro_kernel-inl.h"
#include "native/kernels/rounding.h"
#include "native/kernels/share_out.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::kernels::float32 {
namespace HWY_NAMESPACE {
namespace {

// Output pixels of a strip's row: the sums of one row are as many chains of additions, enough to keep both multipliers
// busy, and fit in 16 registers beside a pixel and three weights.
constexpr int kMaxPixels = 8;

// Rows of a strip. An input row is loaded once for both; with fewer registers their sums would not fit.
constexpr int kMaxRows = kMicroRows > 6 ? 2 : 1;

// Pixels side by side in one row of the output, or in two below each other, and the input rows around them.
struct Strip {
  struct InputRow {
    const float* pixels;  // from x = 0, at the first channel
    // Of the row's taps, for the first output row that it belongs to; for the second they lie a kernel's row before.
    const float* weights;
    bool inFirst;  // belongs to the first output row
    bool inSecond;
  };
  InputRow rows[3 * (2 + kMaxRows)];
  int rowCount;
  int64_t firstInput;  // x of the first tap; may be -1
  int64_t inputWidth;
  int64_t pixelStride;   // floats from one input pixel to the next
  int64_t weightStride;  // and from one tap's weights to the next
  int64_t output;        // offset of the first pixel
  int64_t outputStride;
  int64_t outputRow;  // from one row to the next
  int64_t channel;
  int64_t channels;
};

// Padding is at most one pixel on either side.
struct Padding {
  bool atFirst;
  bool atLast;
};

// Adds an input row to the sums of the output rows from kFirst on.
template <int kTaps, int kStride, int kFirst, int kCount, int kPixels, int kRows, typename Extent>
HWY_INLINE void addRow(const float* HWY_RESTRICT pixels, int64_t pixelStride, const float* weightsFrom,
                       int64_t weightStride, Padding padding, Extent extent, Vector (&sums)[kRows][1][kPixels]) {
  constexpr int kInputs = (kPixels - 1) * kStride + kTaps;
  Vector weights[kCount][kTaps];
  HWY_UNROLL(2)
  for (int row = 0; row < kCount; ++row) {
    HWY_UNROLL(3)
    for (int tap = 0; tap < kTaps; ++tap) {
      weights[row][tap] = hn::LoadU(Floats(), weightsFrom + (tap - row * kTaps) * weightStride);
    }
  }
  HWY_UNROLL(17)
  for (int i = 0; i < kInputs; ++i) {
    if ((i == 0 && padding.atFirst) || (i == kInputs - 1 && padding.atLast)) continue;
    const Vector value = load(pixels + i * pixelStride, extent);
    HWY_UNROLL(3)
    for (int tap = 0; tap < kTaps; ++tap) {
      const int pixel = (i - tap) / kStride;
      if (i < tap || pixel >= kPixels || pixel * kStride + tap != i) continue;
      HWY_UNROLL(2)
      for (int row = 0; row < kCount; ++row) {
        Vector& sum = sums[kFirst + row][0][pixel];
        sum = hn::MulAdd(value, weights[row][tap], sum);
      }
    }
  }
}

template <int kRows, int kPixels, int kTaps, int kStride>
void sumStrip(const Strip& strip, const Epilogue& epilogue) {
  constexpr int kInputs = (kPixels - 1) * kStride + kTaps;
  const Padding padding{strip.firstInput<0, strip.firstInput + kInputs> strip.inputWidth};
  forEachVector(strip.channels, [&](int64_t c, auto extent) HWY_ATTR {
    Vector sums[kRows][1][kPixels];
    const Vector bias = epilogue.bias(strip.channel + c);
    for (int row = 0; row < kRows; ++row) {
      for (int p = 0; p < kPixels; ++p) sums[row][0][p] = bias;
    }
    for (int r = 0; r < strip.rowCount; ++r) {
      const Strip::InputRow& row = strip.rows[r];
      const float* pixels = row.pixels + strip.firstInput * strip.pixelStride + c;
      const float* weights = row.weights + c;
      const auto add = [&](auto first, auto count) HWY_ATTR {
        addRow<kTaps, kStride, decltype(first)::value, decltype(count)::value>(
            pixels, strip.pixelStride, weights, strip.weightStride, padding, extent, sums);
      };
      using One = std::integral_constant<int, 1>;
      using Zero = std::integral_constant<int, 0>;
      if constexpr (kRows == 1) {
        add(Zero(), One());
      } else if (row.inFirst && row.inSecond) {
        add(Zero(), std::integral_constant<int, 2>());
      } else if (row.inFirst) {
        add(Zero(), One());
      } else {
        add(One(), One());
      }
    }
    for (int row = 0; row < kRows; ++row) {
      epilogue.store(sums[row], kPixels, strip.output + row * strip.outputRow + c, strip.outputStride, extent);
    }
  });
}

using StripKernel = void (*)(const Strip& strip, const Epilogue& epilogue);

template <int kRows, int kTaps, int kStride, size_t... kIndex>
StripKernel stripKernel(int64_t pixels, std::index_sequence<kIndex...>) {
  static constexpr StripKernel kKernels[] = {&sumStrip<kRows, static_cast<int>(kIndex) + 1, kTaps, kStride>...};
  return kKernels[pixels - 1];
}

template <int kRows>
StripKernel stripKernel(int64_t taps, int64_t stride, int64_t pixels) {
  constexpr auto kPixels = std::make_index_sequence<kMaxPixels>();
  if (stride == 2) {
    return taps == 3 ? stripKernel<kRows, 3, 2>(pixels, kPixels) : stripKernel<kRows, 1, 2>(pixels, kPixels);
  }
  return taps == 3 ? stripKernel<kRows, 3, 1>(pixels, kPixels) : stripKernel<kRows, 1, 1>(pixels, kPixels);
}

class Depthwise {
 public:
  explicit Depthwise(const ConvJob& job)
      : job_(job),
        epilogue_(job),
        paddedChannels_(roundUp(job.layer.outputChannels, kLanes)),
        rowsInStrip_(job.layer.kernel[1] == 3 && job.layer.stride[1] == 1 ? kMaxRows : 1),
        rowsInBlock_(std::clamp<int64_t>(job.plan.tileRows, 1, job.output.height)),
        rowBlocks_(ceilDivide(job.output.height, rowsInBlock_)),
        channelBlock_(std::min(paddedChannels_, roundUp(std::max<int64_t>(1, job.plan.channelBlock), kLanes))) {}

  // All frames of a few rows of pixels before the next rows, so that the rows of three frames stay in the cache.
  void run() const {
    const int64_t channelBlocks = ceilDivide(job_.layer.outputChannels, channelBlock_);
    shareOut(job_.parallel, job_.output.batch * rowBlocks_ * channelBlocks, [&](int64_t item, int) HWY_ATTR {
      const int64_t channel = item % channelBlocks * channelBlock_;
      const int64_t firstRow = item / channelBlocks % rowBlocks_ * rowsInBlock_;
      const int64_t lastRow = std::min(firstRow + rowsInBlock_, job_.output.height);
      for (int64_t t = 0; t < job_.output.frames; ++t) {
        for (int64_t y = firstRow, rows; y < lastRow; y += rows) {
          rows = std::min(rowsInStrip_, lastRow - y);
          computeRows(item / channelBlocks / rowBlocks_, t, y, rows, channel);
        }
      }
    });
  }

 private:
  void computeRows(int64_t clip, int64_t t, int64_t y, int64_t rows, int64_t channel) const {
    const ConvLayer& layer = job_.layer;
    const int64_t channels = layer.outputChannels;
    const int64_t width = job_.output.width;
    Strip strip;
    collectRows(clip, t, y, rows, channel, strip);
    strip.inputWidth = job_.input.width;
    strip.pixelStride = channels;
    strip.weightStride = paddedChannels_;
    strip.outputStride = channels;
    strip.outputRow = width * channels;
    strip.channel = channel;
    strip.channels = std::min(channelBlock_, channels - channel);
    const int64_t first = ((clip * job_.output.frames + t) * job_.output.height + y) * width;
    int64_t x = 0;
    for (int64_t strips = ceilDivide(width, kMaxPixels); strips > 0; --strips) {
      const int64_t pixels = (width - x) / strips;
      strip.firstInput = x * layer.stride[2] - layer.padding[2];
      strip.output = (first + x) * channels + channel;
      prefetchNext(strip, pixels, rows);
      kernel(rows, pixels)(strip, epilogue_);
      x += pixels;
    }
  }

  // The rows that exist; those in the padding add nothing.
  void collectRows(int64_t clip, int64_t t, int64_t y, int64_t rows, int64_t channel, Strip& strip) const {
    const ConvLayer& layer = job_.layer;
    const ClipSize& size = job_.input;
    strip.rowCount = 0;
    for (int64_t dt = 0; dt < layer.kernel[0]; ++dt) {
      const int64_t frame = t * layer.stride[0] - layer.padding[0] + dt;
      if (frame < 0 || frame >= size.frames) continue;
      for (int64_t dy = 0; dy < layer.kernel[1] + rows - 1; ++dy) {
        const int64_t row = y * layer.stride[1] - layer.padding[1] + dy;
        if (row < 0 || row >= size.height) continue;
        const int64_t pixel = ((clip * size.frames + frame) * size.height + row) * size.width;
        const bool inFirst = dy < layer.kernel[1];
        const int64_t tap = (dt * layer.kernel[1] + (inFirst ? dy : dy - 1)) * layer.kernel[2];
        strip.rows[strip.rowCount++] = {job_.inputData + pixel * layer.inputChannels + channel,
                                        job_.weights + tap * paddedChannels_ + channel, inFirst, rows > 1 && dy > 0};
      }
    }
  }

  // Channel by channel, pixels are read and written at a stride that the processor does not foresee. Of the input only
  // the last rows are new; the others were read for the rows and frames before.
  void prefetchNext(const Strip& strip, int64_t pixels, int64_t rows) const {
    const int64_t inputs = pixels * job_.layer.stride[2];
    const int64_t next = (strip.firstInput + inputs + job_.layer.kernel[2] / 2) * strip.pixelStride;
    for (int64_t row = 0; row < std::min<int64_t>(rows, strip.rowCount); ++row) {
      const float* from = strip.rows[strip.rowCount - 1 - row].pixels + next;
      for (int64_t pixel = 0; pixel < inputs; ++pixel, from += strip.pixelStride) prefetch(from, strip.channels);
      const float* to = job_.outputData + strip.output + row * strip.outputRow + pixels * strip.outputStride;
      for (int64_t pixel = 0; pixel < pixels; ++pixel, to += strip.outputStride) prefetch(to, strip.channels);
    }
  }

  static void prefetch(const float* from, int64_t count) {
    constexpr int64_t kCacheLine = 16;
    for (int64_t i = 0; i < count; i += kCacheLine) hwy::Prefetch(from + i);
  }

  StripKernel kernel(int64_t rows, int64_t pixels) const {
    const auto choose = rows == 2 ? &stripKernel<kMaxRows> : &stripKernel<1>;
    return choose(job_.layer.kernel[2], job_.layer.stride[2], pixels);
  }

  const ConvJob& job_;
  Epilogue epilogue_;
  int64_t paddedChannels_;
  int64_t rowsInStrip_;
  int64_t rowsInBlock_;
  int64_t rowBlocks_;
  int64_t channelBlock_;
};

void runDepthwise(const ConvJob& job) { Depthwise(job).run(); }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::kernels::float32
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kinetorch::kernels::float32 {
namespace {
HWY_EXPORT(runDepthwise);
}

ConvRunner depthwiseRunner(int64_t target) { return simd::entryFor(target, HWY_DISPATCH_TABLE(runDepthwise)); }

}  // namespace kinetorch::kernels::float32
#endif

#include "native/kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "native/kernels/depthwise.cpp"
#include "hwy/cache_control.h"
#include "hwy/foreach_target.h"
#include "native/kernels/epilogue-inl.h"
#include "native/kernels/rounding.h"
#include "native/kernels/share_out.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch {
namespace HWY_NAMESPACE {
namespace {

// Output pixels of a strip: their sums are as many chains of additions, enough to keep both multipliers busy, and fit
// in 16 registers beside a pixel and three weights.
constexpr int kMaxPixels = 8;

// Pixels side by side in one row of the output, and the input rows below them.
struct Strip {
  struct InputRow {
    const float* pixels;   // from x = 0, at the first channel
    const float* weights;  // of the row's taps
  };
  InputRow rows[9];
  int rowCount;
  int64_t firstInput;  // x of the first tap; may be -1
  int64_t inputWidth;
  int64_t pixelStride;   // floats from one input pixel to the next
  int64_t weightStride;  // and from one tap's weights to the next
  int64_t output;        // offset of the first pixel
  int64_t outputStride;
  int64_t channel;
  int64_t channels;
};

template <int kPixels, int kTaps, int kStride>
void sumStrip(const Strip& strip, const Epilogue& epilogue) {
  constexpr int kInputs = (kPixels - 1) * kStride + kTaps;
  // Padding is at most one pixel on either side.
  const bool hasFirst = strip.firstInput >= 0;
  const bool hasLast = strip.firstInput + kInputs <= strip.inputWidth;
  forEachVector(strip.channels, [&](int64_t c, auto extent) HWY_ATTR {
    Vector sums[1][kPixels];
    const Vector bias = epilogue.bias(strip.channel + c);
    for (int p = 0; p < kPixels; ++p) sums[0][p] = bias;
    for (int r = 0; r < strip.rowCount; ++r) {
      const float* HWY_RESTRICT pixels = strip.rows[r].pixels + strip.firstInput * strip.pixelStride + c;
      Vector weights[kTaps];
      for (int tap = 0; tap < kTaps; ++tap) {
        weights[tap] = hn::LoadU(Floats(), strip.rows[r].weights + tap * strip.weightStride + c);
      }
      HWY_UNROLL(17)
      for (int i = 0; i < kInputs; ++i) {
        if ((i == 0 && !hasFirst) || (i == kInputs - 1 && !hasLast)) continue;
        const Vector value = load(pixels + i * strip.pixelStride, extent);
        HWY_UNROLL(3)
        for (int tap = 0; tap < kTaps; ++tap) {
          const int pixel = (i - tap) / kStride;
          if (i >= tap && pixel < kPixels && pixel * kStride + tap == i) {
            sums[0][pixel] = hn::MulAdd(value, weights[tap], sums[0][pixel]);
          }
        }
      }
    }
    epilogue.store(sums, kPixels, strip.output + c, strip.outputStride, extent);
  });
}

using StripKernel = void (*)(const Strip& strip, const Epilogue& epilogue);

template <int kTaps, int kStride>
StripKernel stripKernel(int64_t pixels) {
  static constexpr StripKernel kKernels[kMaxPixels] = {&sumStrip<1, kTaps, kStride>, &sumStrip<2, kTaps, kStride>,
                                                       &sumStrip<3, kTaps, kStride>, &sumStrip<4, kTaps, kStride>,
                                                       &sumStrip<5, kTaps, kStride>, &sumStrip<6, kTaps, kStride>,
                                                       &sumStrip<7, kTaps, kStride>, &sumStrip<8, kTaps, kStride>};
  return kKernels[pixels - 1];
}

class Depthwise {
 public:
  explicit Depthwise(const ConvJob& job)
      : job_(job),
        epilogue_(job),
        paddedChannels_(roundUp(job.layer.outputChannels, kLanes)),
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
        for (int64_t y = firstRow; y < lastRow; ++y) row(item / channelBlocks / rowBlocks_, t, y, channel);
      }
    });
  }

 private:
  void row(int64_t clip, int64_t t, int64_t y, int64_t channel) const {
    const ConvLayer& layer = job_.layer;
    const int64_t channels = layer.outputChannels;
    const int64_t width = job_.output.width;
    Strip strip;
    collectRows(clip, t, y, channel, strip);
    strip.inputWidth = job_.input.width;
    strip.pixelStride = channels;
    strip.weightStride = paddedChannels_;
    strip.outputStride = channels;
    strip.channel = channel;
    strip.channels = std::min(channelBlock_, channels - channel);
    const int64_t first = ((clip * job_.output.frames + t) * job_.output.height + y) * width;
    int64_t x = 0;
    for (int64_t strips = ceilDivide(width, kMaxPixels); strips > 0; --strips) {
      const int64_t pixels = (width - x) / strips;
      strip.firstInput = x * layer.stride[2] - layer.padding[2];
      strip.output = (first + x) * channels + channel;
      prefetchNext(strip, pixels);
      kernel(pixels)(strip, epilogue_);
      x += pixels;
    }
  }

  // The rows that exist; those in the padding add nothing.
  void collectRows(int64_t clip, int64_t t, int64_t y, int64_t channel, Strip& strip) const {
    const ConvLayer& layer = job_.layer;
    const ClipSize& size = job_.input;
    strip.rowCount = 0;
    for (int64_t dt = 0; dt < layer.kernel[0]; ++dt) {
      const int64_t frame = t * layer.stride[0] - layer.padding[0] + dt;
      if (frame < 0 || frame >= size.frames) continue;
      for (int64_t dy = 0; dy < layer.kernel[1]; ++dy) {
        const int64_t row = y * layer.stride[1] - layer.padding[1] + dy;
        if (row < 0 || row >= size.height) continue;
        const int64_t pixel = ((clip * size.frames + frame) * size.height + row) * size.width;
        const int64_t tap = (dt * layer.kernel[1] + dy) * layer.kernel[2];
        strip.rows[strip.rowCount++] = {job_.arguments.input + pixel * layer.inputChannels + channel,
                                        job_.weights + tap * paddedChannels_ + channel};
      }
    }
  }

  // Channel by channel, pixels are read and written at a stride that the processor does not foresee. Of the input only
  // the last row is new; the others were read for the rows and frames before.
  void prefetchNext(const Strip& strip, int64_t pixels) const {
    const Strip::InputRow& row = strip.rows[strip.rowCount - 1];
    const int64_t inputs = pixels * job_.layer.stride[2];
    const float* from = row.pixels + (strip.firstInput + inputs + job_.layer.kernel[2] / 2) * strip.pixelStride;
    const float* to = job_.arguments.output + strip.output + pixels * strip.outputStride;
    for (int64_t pixel = 0; pixel < inputs; ++pixel, from += strip.pixelStride) prefetch(from, strip.channels);
    for (int64_t pixel = 0; pixel < pixels; ++pixel, to += strip.outputStride) prefetch(to, strip.channels);
  }

  static void prefetch(const float* from, int64_t count) {
    constexpr int64_t kCacheLine = 16;
    for (int64_t i = 0; i < count; i += kCacheLine) hwy::Prefetch(from + i);
  }

  StripKernel kernel(int64_t pixels) const {
    const bool wide = job_.layer.kernel[2] == 3;
    if (job_.layer.stride[2] == 2) return wide ? stripKernel<3, 2>(pixels) : stripKernel<1, 2>(pixels);
    return wide ? stripKernel<3, 1>(pixels) : stripKernel<1, 1>(pixels);
  }

  const ConvJob& job_;
  Epilogue epilogue_;
  int64_t paddedChannels_;
  int64_t rowsInBlock_;
  int64_t rowBlocks_;
  int64_t channelBlock_;
};

void runDepthwise(const ConvJob& job) { Depthwise(job).run(); }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kinetorch
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kinetorch {
namespace {
HWY_EXPORT(runDepthwise);
}

ConvRunner depthwiseRunner(int64_t target) { return entryFor(target, HWY_DISPATCH_TABLE(runDepthwise)); }

}  // namespace kinetorch
#endif

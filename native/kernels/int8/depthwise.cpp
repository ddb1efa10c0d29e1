#include "native/simd/byte_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "native/kernels/int8/depthwise.cpp"
#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>
#include <utility>

#include "hwy/foreach_target.h"
#include "native/kernels/int8/depthwise_shape.h"
#include "native/kernels/int8/epilogue-inl.h"
#include "native/kernels/int8/quads-inl.h"
#include "native/kernels/rounding.h"
#include "native/kernels/share_out.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::kernels::int8 {
namespace HWY_NAMESPACE {
namespace {

// Output pixels of a strip's row. With two lines, each of two outputs of a quad, the sums take 16 registers and the
// weights of a line of taps 12: as many as AVX-512 has beside the quads.
constexpr int kMaxPixels = 4;

// Lines of a strip: a quad is loaded once for both. Where a product takes more than an instruction, or registers are
// fewer, their weights would not fit.
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3_DL
constexpr int kMaxLines = 2;
#else
constexpr int kMaxLines = 1;
#endif

template <int kValue>
using Number = std::integral_constant<int, kValue>;

// Output pixels side by side in a row, for one or two outputs of a quad and one or two lines, and the lines of quads
// around them.
struct Strip {
  struct Line {
    const int32_t* quads;   // from the first tap of the first pixel, at the first channel
    const int8_t* weights;  // of the taps for the first output line; for the second they lie a line before
    bool inFirst;           // belongs to the first output line
    bool inSecond;
  };
  std::array<Line, 2 + kMaxLines> lines;
  int lineCount;
  int64_t pixelStride;   // from one pixel's quads to the next
  int64_t tapStride;     // from one tap's weights to the next
  int64_t channelBytes;  // of a channel's weights
  int64_t output;        // number of the first output pixel
  int64_t nextInQuad;    // how many pixels further a quad's next output is
  int64_t nextLine;
  int64_t channel;
  int64_t channels;  // of the output
};

// Adds a line to the sums of the output lines from kFirst on.
template <int kFirst, int kCount, int kOutputs, int kTaps, int kStride, int kPixels, int kLines>
HWY_INLINE void addLine(const Strip& strip, const Strip::Line& line, int64_t c,
                        IntegerVector (&sums)[kLines][kOutputs][1][kPixels]) {
  IntegerVector weights[kCount][kTaps][kOutputs];
  HWY_UNROLL(2)
  for (int l = 0; l < kCount; ++l) {
    HWY_UNROLL(3)
    for (int tap = 0; tap < kTaps; ++tap) {
      HWY_UNROLL(2)
      for (int o = 0; o < kOutputs; ++o) {
        const int8_t* from = line.weights + c * strip.channelBytes + (tap - l * kTaps) * strip.tapStride;
        weights[l][tap][o] = loadWeights(from + o * kLanes * 4);
      }
    }
  }
  HWY_UNROLL(9)
  for (int i = 0; i < (kPixels - 1) * kStride + kTaps; ++i) {
    const IntegerVector quads = hn::LoadU(Integers(), line.quads + i * strip.pixelStride + c);
    HWY_UNROLL(3)
    for (int tap = 0; tap < kTaps; ++tap) {
      const int pixel = (i - tap) / kStride;
      if (i < tap || pixel >= kPixels || pixel * kStride + tap != i) continue;
      HWY_UNROLL(2)
      for (int l = 0; l < kCount; ++l) {
        HWY_UNROLL(2)
        for (int o = 0; o < kOutputs; ++o) {
          IntegerVector& sum = sums[kFirst + l][o][0][pixel];
          sum = addProducts(sum, quads, weights[l][tap][o]);
        }
      }
    }
  }
}

// Once for all kernels: inlined into each it would be most of their code.
template <int kPixels>
HWY_NOINLINE void storeSums(const Epilogue& epilogue, const IntegerVector (&sums)[1][kPixels], int64_t pixel,
                            int64_t channel) {
  epilogue.store(sums, kPixels, pixel, channel);
}

template <int kOutputs, int kLines, int kTaps, int kStride, int kPixels>
void sumStrip(const Strip& strip, const Epilogue& epilogue) {
  for (int64_t c = 0; c < strip.channels; c += kLanes) {
    IntegerVector sums[kLines][kOutputs][1][kPixels];
    const IntegerVector start = epilogue.start(strip.channel + c);
    HWY_UNROLL(2)
    for (int l = 0; l < kLines; ++l) {
      HWY_UNROLL(2)
      for (int o = 0; o < kOutputs; ++o) {
        HWY_UNROLL(4)
        for (int p = 0; p < kPixels; ++p) sums[l][o][0][p] = start;
      }
    }
    for (int i = 0; i < strip.lineCount; ++i) {
      const Strip::Line& line = strip.lines[static_cast<size_t>(i)];
      const auto add = [&](auto first, auto count) HWY_ATTR {
        addLine<first.value, count.value, kOutputs, kTaps, kStride>(strip, line, c, sums);
      };
      if constexpr (kLines == 1) {
        add(Number<0>(), Number<1>());
      } else if (line.inFirst && line.inSecond) {
        add(Number<0>(), Number<2>());
      } else if (line.inFirst) {
        add(Number<0>(), Number<1>());
      } else {
        add(Number<1>(), Number<1>());
      }
    }
    for (int l = 0; l < kLines; ++l) {
      for (int o = 0; o < kOutputs; ++o) {
        storeSums(epilogue, sums[l][o], strip.output + l * strip.nextLine + o * strip.nextInQuad, strip.channel + c);
      }
    }
  }
}

using StripKernel = void (*)(const Strip& strip, const Epilogue& epilogue);

template <int kOutputs, int kLines, int kTaps, int kStride, size_t... kIndex>
StripKernel stripKernel(int64_t pixels, std::index_sequence<kIndex...>) {
  static constexpr StripKernel kKernels[] = {
      &sumStrip<kOutputs, kLines, kTaps, kStride, static_cast<int>(kIndex) + 1>...};
  return kKernels[pixels - 1];
}

template <int kOutputs, int kLines>
StripKernel stripKernel(int64_t taps, int64_t stride, int64_t pixels) {
  constexpr auto kPixels = std::make_index_sequence<kMaxPixels>();
  if (stride == 2) {
    return taps == 3 ? stripKernel<kOutputs, kLines, 3, 2>(pixels, kPixels)
                     : stripKernel<kOutputs, kLines, 1, 2>(pixels, kPixels);
  }
  return taps == 3 ? stripKernel<kOutputs, kLines, 3, 1>(pixels, kPixels)
                   : stripKernel<kOutputs, kLines, 1, 1>(pixels, kPixels);
}

using Lengths = std::array<int64_t, 3>;  // in frames, rows, pixels of a row

class Depthwise {
 public:
  explicit Depthwise(const ConvJob& job)
      : job_(job),
        epilogue_(job),
        shape_(depthwiseShape(job.layer)),
        blocks_(job.layer, job.plan, job.input, kLanes),
        input_{job.input.frames, job.input.height, job.input.width},
        output_{job.output.frames, job.output.height, job.output.width},
        inputChannels_(storedChannels(job.layer.inputChannels)),
        outputChannels_(job.outputQuantisation ? inputChannels_ : job.layer.outputChannels),
        rowsInBlock_(std::clamp<int64_t>(job.plan.tileRows, 1, job.output.height)),
        linesInStrip_(shape_.outputs == 2 && servesTwo(job.layer, shape_.lineAxis) ? kMaxLines : 1) {}

  void run() const {
    std::memset(job_.workspace, job_.inputQuantisation.zero, static_cast<size_t>(blocks_.rowBytes()));
    const int64_t rowBlocks = ceilDivide(output_[1], rowsInBlock_);
    const int64_t channelBlocks = ceilDivide(outputChannels_, blocks_.channels());
    shareOut(job_.parallel, job_.output.batch * rowBlocks * channelBlocks, [&](int64_t item, int thread) HWY_ATTR {
      Block block;
      block.clip = item / channelBlocks / rowBlocks;
      block.channel = item % channelBlocks * blocks_.channels();
      block.quads = reinterpret_cast<int32_t*>(job_.workspace + blocks_.rowBytes() + thread * blocks_.threadBytes());
      Lengths first{};
      Lengths end = output_;
      first[1] = item / channelBlocks % rowBlocks * rowsInBlock_;
      end[1] = std::min(first[1] + rowsInBlock_, end[1]);
      for (int64_t quad = first[shape_.quadAxis]; quad < end[shape_.quadAxis]; quad += shape_.outputs) {
        block.outputs = std::min<int64_t>(shape_.outputs, end[shape_.quadAxis] - quad);
        computeLines(block, quad, first[shape_.lineAxis], end[shape_.lineAxis]);
      }
    });
  }

 private:
  struct Block {
    int64_t clip;
    int64_t channel;
    int64_t outputs;  // of a quad that are wanted
    int32_t* quads;   // of kLinesKept lines
  };

  // Lines are made of quads when they are first needed, and kept for the strips after.
  void computeLines(const Block& block, int64_t quad, int64_t first, int64_t end) const {
    const int64_t stride = job_.layer.stride[shape_.lineAxis];
    int64_t made = first * stride - job_.layer.padding[shape_.lineAxis];
    for (int64_t line = first, lines; line < end; line += lines) {
      lines = block.outputs == 2 ? std::min<int64_t>(linesInStrip_, end - line) : 1;
      const int64_t firstTap = line * stride - job_.layer.padding[shape_.lineAxis];
      const int64_t endTap = firstTap + job_.layer.kernel[shape_.lineAxis] + lines - 1;
      for (made = std::max(made, firstTap); made < endTap; ++made) makeLine(block, quad, made);
      computeStrips(block, quad, line, lines, firstTap);
    }
  }

  // Whether a line adds something: zeros in the padding do not.
  bool counts(int64_t line) const {
    return job_.inputQuantisation.zero != 0 || (line >= 0 && line < input_[shape_.lineAxis]);
  }

  int32_t* quadsOf(const Block& block, int64_t line) const {
    return block.quads + (line & (DepthwiseBlocks::kLinesKept - 1)) * blocks_.lineQuads();
  }

  void makeLine(const Block& block, int64_t quad, int64_t line) const {
    if (!counts(line)) return;
    const uint8_t* rows[4];
    for (int64_t i = 0; i < 4; ++i) {
      Lengths at{};
      at[shape_.lineAxis] = line;
      at[shape_.quadAxis] = quad * job_.layer.stride[shape_.quadAxis] - job_.layer.padding[shape_.quadAxis] + i;
      rows[i] = rowOf(block.clip, at) + block.channel;
    }
    const int64_t padding = job_.layer.padding[2];
    const int64_t channels = std::min(blocks_.channels(), inputChannels_ - block.channel);
    const IntegerVector outside = hn::Set(Integers(), fourBytes(job_.inputQuantisation.zero));
    int32_t* to = quadsOf(block, line);
    for (int64_t x = -padding; x < input_[2] + padding; ++x, to += blocks_.channels()) {
      if (x < 0 || x >= input_[2]) {
        for (int64_t c = 0; c < channels; c += kLanes) hn::StoreU(outside, Integers(), to + c);
      } else {
        forEachVector(channels, [&](int64_t c, auto extent) HWY_ATTR {
          hn::StoreU(loadQuads(rows, x * inputChannels_ + c, extent), Integers(), to + c);
        });
      }
    }
  }

  // One of zero points in the padding.
  const uint8_t* rowOf(int64_t clip, const Lengths& at) const {
    if (at[0] < 0 || at[0] >= input_[0] || at[1] < 0 || at[1] >= input_[1]) {
      return reinterpret_cast<const uint8_t*>(job_.workspace);
    }
    return job_.inputData + ((clip * input_[0] + at[0]) * input_[1] + at[1]) * input_[2] * inputChannels_;
  }

  void computeStrips(const Block& block, int64_t quad, int64_t line, int64_t lines, int64_t firstTap) const {
    const ConvLayer& layer = job_.layer;
    const int64_t taps = layer.kernel[shape_.lineAxis];
    Strip strip;
    strip.pixelStride = blocks_.channels();
    strip.tapStride = shape_.outputs * kLanes * 4;
    strip.channelBytes = depthwiseBytes(layer, shape_);
    strip.channel = block.channel;
    strip.channels = std::min(blocks_.channels(), outputChannels_ - block.channel);
    strip.lineCount = 0;
    for (int64_t tap = 0; tap < taps + lines - 1; ++tap) {
      if (!counts(firstTap + tap)) continue;
      const bool inFirst = tap < taps;
      const int64_t weights = (inFirst ? tap : tap - 1) * layer.kernel[2] * strip.tapStride;
      strip.lines[static_cast<size_t>(strip.lineCount++)] = {
          quadsOf(block, firstTap + tap), job_.weights + block.channel * strip.channelBytes + weights, inFirst,
          lines > 1 && tap > 0};
    }
    const Lengths next = {output_[1] * output_[2], output_[2], 1};
    strip.nextInQuad = next[shape_.quadAxis];
    strip.nextLine = next[shape_.lineAxis];
    strip.output = block.clip * output_[0] * next[0] + quad * strip.nextInQuad + line * strip.nextLine;
    for (int64_t x = 0, pixels; x < output_[2]; x += pixels) {
      pixels = evenPart(output_[2] - x, kMaxPixels);
      kernel(block.outputs, lines, pixels)(strip, epilogue_);
      strip.output += pixels;
      for (Strip::Line& each : strip.lines) each.quads += pixels * layer.stride[2] * strip.pixelStride;
    }
  }

  StripKernel kernel(int64_t outputs, int64_t lines, int64_t pixels) const {
    const auto choose = outputs == 1 ? &stripKernel<1, 1>
                        : lines == 1 ? &stripKernel<2, 1>
                                     : &stripKernel<2, kMaxLines>;
    return choose(job_.layer.kernel[2], job_.layer.stride[2], pixels);
  }

  const ConvJob& job_;
  Epilogue epilogue_;
  DepthwiseShape shape_;
  DepthwiseBlocks blocks_;
  Lengths input_;
  Lengths output_;
  int64_t inputChannels_;
  int64_t outputChannels_;
  int64_t rowsInBlock_;
  int64_t linesInStrip_;
};

void runDepthwise(const ConvJob& job) { Depthwise(job).run(); }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::kernels::int8
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kinetorch::kernels::int8 {
namespace {
HWY_EXPORT(runDepthwise);
}

ConvRunner depthwiseRunner(int64_t target) { return simd::entryFor(target, HWY_DISPATCH_TABLE(runDepthwise)); }

}  // namespace kinetorch::kernels::int8
#endif

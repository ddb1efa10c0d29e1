#include "native/simd/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "native/kernels/float32/direct.cpp"
#include <algorithm>
#include <array>
#include <utility>

#include "hwy/foreach_target.h"
#include "native/kernels/float32/conv_job.h"
#include "native/kernels/float32/direct_blocks.h"
#include "native/kernels/float32/epilogue-inl.h"
#include "native/kernels/float32/micro_kernel-inl.h"
#include "native/kernels/share_out.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::kernels::float32 {
namespace HWY_NAMESPACE {
namespace {

// Some of the segments of a block's rows, or a part of one segment, and a panel of weights for them.
struct SegmentOperands {
  const float* const* pointers;  // [segment][row]
  int64_t pointerStride;
  int64_t segments;
  int64_t offset;  // within a segment
  int64_t depth;
  const float* zeros;
  const float* panel;
  const float* start;  // the sums begin with these
  int64_t startStride;
  float* sums;  // [row][kPanelWidth]; null: they are complete, and go to the output
  const Epilogue* epilogue;
  int64_t outputOffset;
  int64_t outputStride;
  int64_t channels;  // of the panel
};

template <int kVectors, int kRows>
HWY_INLINE void storeOutput(const SegmentOperands& operands, int64_t first, Vector (&sums)[kVectors][kRows]) {
  const Epilogue& epilogue = *operands.epilogue;
  const int64_t offset = operands.outputOffset + first * operands.outputStride;
  if (operands.channels >= kVectors * kLanes) {
    epilogue.store(sums, kRows, offset, operands.outputStride, Vectors<kVectors>{});
    return;
  }
  // The last panel.
  HWY_UNROLL(2)
  for (int v = 0; v < kVectors; ++v) {
    const int64_t channels = operands.channels - v * kLanes;
    Vector vectors[1][kRows];
    HWY_UNROLL(12)
    for (int r = 0; r < kRows; ++r) vectors[0][r] = sums[v][r];
    if (channels >= kLanes) {
      epilogue.store(vectors, kRows, offset + v * kLanes, operands.outputStride, Whole{});
    } else if (channels > 0) {
      epilogue.store(vectors, kRows, offset + v * kLanes, operands.outputStride, Part{channels});
    }
  }
}

template <int kVectors, int kRows>
HWY_NOINLINE void multiplySegments(const SegmentOperands& operands, int64_t first) {
  const Floats d;
  if (operands.sums == nullptr) {
    operands.epilogue->template prefetch<kVectors>(kRows, operands.outputOffset + first * operands.outputStride,
                                                   operands.outputStride);
  }
  Vector sums[kVectors][kRows];
  const float* start = operands.start + first * operands.startStride;
  HWY_UNROLL(12)
  for (int r = 0; r < kRows; ++r, start += operands.startStride) {
    HWY_UNROLL(2)
    for (int v = 0; v < kVectors; ++v) sums[v][r] = hn::LoadU(d, start + v * kLanes);
  }
  const float* const* pointers = operands.pointers + first;
  const float* panel = operands.panel;
  for (int64_t s = 0; s < operands.segments; ++s, pointers += operands.pointerStride) {
    const float* rows[kRows];
    bool isZero = true;
    HWY_UNROLL(12)
    for (int r = 0; r < kRows; ++r) {
      isZero &= pointers[r] == operands.zeros;
      rows[r] = pointers[r] + operands.offset;
    }
    if (!isZero) accumulate(rows, panel, operands.depth, sums);
    panel += operands.depth * kPanelWidth;
  }
  if (operands.sums == nullptr) {
    storeOutput(operands, first, sums);
    return;
  }
  float* to = operands.sums + first * kPanelWidth;
  HWY_UNROLL(12)
  for (int r = 0; r < kRows; ++r, to += kPanelWidth) {
    HWY_UNROLL(2)
    for (int v = 0; v < kVectors; ++v) hn::StoreU(sums[v][r], d, to + v * kLanes);
  }
}

template <int kVectors, size_t... kIndex>
constexpr std::array<MicroKernel<SegmentOperands>, sizeof...(kIndex)> segmentKernels(std::index_sequence<kIndex...>) {
  return {&multiplySegments<kVectors, static_cast<int>(kIndex) + 1>...};
}

class Direct {
 public:
  Direct(const ConvJob& job, const DirectShape& shape)
      : job_(job),
        shape_(shape),
        blocks_(job.layer, shape, job.plan, {kLanes, kPanelWidth, kMicroRows}),
        epilogue_(job),
        grid_(directGrid(job.layer, job.input)),
        zeros_(job.workspace),
        source_(shape.copiedFloats > 0 ? job.workspace + blocks_.zeroFloats() : job.inputData),
        // The copy has its padding, and all taps of a line in one segment.
        lineFloats_((grid_.input.width + (shape.copiedFloats > 0 ? 2 * job.layer.padding[2] : 0)) *
                    job.layer.inputChannels),
        tapsAcross_(shape.copiedFloats > 0 ? 1 : job.layer.kernel[2]),
        paddingAcross_(shape.copiedFloats > 0 ? 0 : job.layer.padding[2]),
        // Bytes of weights within the cache, whole segments if possible.
        segmentBlock_(shape.depth < kDepthBlock ? evenPart(shape.segments, kDepthBlock / shape.depth) : 1),
        depthBlock_(evenPart(shape.depth, kDepthBlock)) {}

  void run() const {
    std::fill_n(job_.workspace, shape_.depth, 0.0F);
    if (shape_.copiedFloats > 0) copyPadded(job_.workspace + blocks_.zeroFloats());
    // Channels change last, so that a thread reads the same weights for one block of rows after the other.
    const int64_t rowBlocks = blocks_.rowBlocks();
    shareOut(job_.parallel, rowBlocks * blocks_.channelBlocks(), [&](int64_t item, int thread) HWY_ATTR {
      const int64_t first = item % rowBlocks * blocks_.rows();
      const int64_t channel = item / rowBlocks * blocks_.channelBlock();
      float* const scratch = job_.workspace + blocks_.sharedFloats() + thread * blocks_.threadFloats();
      multiply(first, std::min(blocks_.rows(), shape_.rows - first), channel, scratch);
    });
  }

 private:
  static constexpr auto kKernels = segmentKernels<2>(std::make_index_sequence<kMicroRows>());
  static constexpr auto kNarrowKernels = segmentKernels<1>(std::make_index_sequence<kNarrowRows>());

  void copyPadded(float* to) const {
    const int64_t floats = job_.input.width * job_.layer.inputChannels;
    const int64_t padding = job_.layer.padding[2] * job_.layer.inputChannels;
    shareOut(job_.parallel, job_.input.batch * job_.input.frames, [&](int64_t frame, int) {
      for (int64_t line = frame * job_.input.height; line < (frame + 1) * job_.input.height; ++line) {
        float* const begin = to + line * lineFloats_;
        std::fill_n(begin, padding, 0.0F);
        std::copy_n(job_.inputData + line * floats, floats, begin + padding);
        std::fill_n(begin + padding + floats, padding, 0.0F);
      }
    });
  }

  void multiply(int64_t first, int64_t rows, int64_t channel, float* scratch) const {
    const auto pointers = reinterpret_cast<const float**>(scratch);
    findSegments(first, rows, pointers);
    SegmentOperands operands;
    operands.pointerStride = blocks_.rows();
    operands.zeros = zeros_;
    operands.epilogue = &epilogue_;
    operands.outputStride = job_.layer.outputChannels;
    const int64_t end = std::min(channel + blocks_.channelBlock(), job_.layer.outputChannels);
    for (; channel < end; channel += kPanelWidth) {
      const float* const panel = job_.weights + channel * shape_.segments * shape_.depth;
      operands.outputOffset = first * job_.layer.outputChannels + channel;
      operands.channels = end - channel;
      operands.start = job_.bias + channel;
      operands.startStride = 0;
      for (int64_t segment = 0; segment < shape_.segments; segment += segmentBlock_) {
        operands.pointers = pointers + segment * blocks_.rows();
        operands.segments = std::min(segmentBlock_, shape_.segments - segment);
        for (int64_t offset = 0; offset < shape_.depth; offset += depthBlock_) {
          operands.offset = offset;
          operands.depth = std::min(depthBlock_, shape_.depth - offset);
          operands.panel = panel + (segment * shape_.depth + offset) * kPanelWidth;
          const bool isLast = segment + segmentBlock_ >= shape_.segments && offset + depthBlock_ >= shape_.depth;
          operands.sums = isLast ? nullptr : scratch + blocks_.pointerFloats();
          if (operands.channels > kLanes) {
            multiplyInParts(kKernels, operands, rows);
          } else {
            multiplyInParts(kNarrowKernels, operands, rows);
          }
          operands.start = operands.sums;
          operands.startStride = kPanelWidth;
        }
      }
    }
    epilogue_.finish();
  }

  // Where the segments of the rows from `first` on begin, for the rows of one line of the output after the other.
  void findSegments(int64_t first, int64_t rows, const float** pointers) const {
    for (int64_t row = 0; row < rows;) {
      const int64_t line = (first + row) / grid_.output.width;
      const int64_t x = (first + row) % grid_.output.width;
      const int64_t count = std::min(rows - row, grid_.output.width - x);
      findSegmentsOfLine(line, x, count, pointers + row);
      row += count;
    }
  }

  void findSegmentsOfLine(int64_t outputLine, int64_t x, int64_t count, const float** pointers) const {
    const ConvLayer& layer = job_.layer;
    const ClipSize& input = grid_.input;
    const ClipSize& output = grid_.output;
    const int64_t firstLine = outputLine % output.height * layer.stride[1] - layer.padding[1];
    const int64_t outputFrame = outputLine / output.height;
    const int64_t firstFrame = outputFrame % output.frames * layer.stride[0] - layer.padding[0];
    const int64_t clip = outputFrame / output.frames;
    for (int64_t frame = firstFrame; frame < firstFrame + layer.kernel[0]; ++frame) {
      for (int64_t line = firstLine; line < firstLine + layer.kernel[1]; ++line) {
        const bool exists = frame >= 0 && frame < input.frames && line >= 0 && line < input.height;
        const int64_t index = (clip * input.frames + frame) * input.height + line;
        for (int64_t tap = 0; tap < tapsAcross_; ++tap, pointers += blocks_.rows()) {
          findSegmentsOfTap(exists ? source_ + index * lineFloats_ : nullptr, tap, x, count, pointers);
        }
      }
    }
  }

  // Of a line of the input that may not exist.
  void findSegmentsOfTap(const float* line, int64_t tap, int64_t x, int64_t count, const float** pointers) const {
    const int64_t stride = job_.layer.stride[2];
    const int64_t firstPixel = x * stride - paddingAcross_ + tap;
    int64_t begin = 0;
    int64_t end = count;
    if (line == nullptr) {
      end = 0;
    } else if (paddingAcross_ > 0) {
      begin = firstPixel < 0 ? std::min(count, ceilDivide(-firstPixel, stride)) : 0;
      end = std::clamp(ceilDivide(grid_.input.width - firstPixel, stride), begin, count);
    }
    std::fill(pointers, pointers + begin, zeros_);
    const int64_t step = stride * job_.layer.inputChannels;
    if (begin < end) {
      const float* const from = line + (firstPixel + begin * stride) * job_.layer.inputChannels;
      for (int64_t i = begin; i < end; ++i) pointers[i] = from + (i - begin) * step;
    }
    std::fill(pointers + end, pointers + count, zeros_);
  }

  const ConvJob& job_;
  const DirectShape& shape_;
  const DirectBlocks blocks_;
  const Epilogue epilogue_;
  const DirectGrid grid_;
  const float* zeros_;
  const float* source_;
  int64_t lineFloats_;
  int64_t tapsAcross_;
  int64_t paddingAcross_;
  int64_t segmentBlock_;
  int64_t depthBlock_;
};

void runDirect(const ConvJob& job) {
  const DirectShape shape = directShape(job.layer, job.input);
  Direct(job, shape).run();
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::kernels::float32
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kinetorch::kernels::float32 {
namespace {
HWY_EXPORT(runDirect);
}

ConvRunner directRunner(int64_t target) { return simd::entryFor(target, HWY_DISPATCH_TABLE(runDirect)); }

}  // namespace kinetorch::kernels::float32
#endif

// Direct convolution for any kind of elements (Note [Segments]).
#if defined(KINETORCH_KERNELS_DIRECT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KINETORCH_KERNELS_DIRECT_INL_H
#undef KINETORCH_KERNELS_DIRECT_INL_H
#else
#define KINETORCH_KERNELS_DIRECT_INL_H
#endif

#include <algorithm>
#include <array>
#include <utility>

#include "native/kernels/direct_blocks.h"
#include "native/kernels/direct_segments.h"
#include "native/kernels/micro_kernel-inl.h"
#include "native/kernels/share_out.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::kernels {
namespace HWY_NAMESPACE {

// What a direct convolution works on.
template <typename Word>
struct DirectData {
  const ConvLayer& layer;
  const ConvPlan& plan;
  ClipSize input;
  int64_t pixelWords;
  const Word* inputData;
  Word padding;
  const Word* weights;     // [panel][segment][depth][kPanelWidth]
  const Word* start;       // what the sums of each output channel begin with
  int64_t outputChannels;  // to be computed
  Word* workspace;
  ParallelFor& parallel;
};

// Some of the segments of a block's rows, or a part of one segment, and a panel of weights for them.
template <typename Kernel>
struct SegmentOperands {
  using Word = WordOf<typename Kernel::Arithmetic>;

  const Word* const* pointers;  // [segment][row]
  int64_t pointerStride;
  int64_t segments;
  int64_t offset;  // within a segment
  int64_t depth;
  const Word* nothing;  // a segment that adds nothing, or null
  const Word* panel;
  const Word* start;  // the sums begin with these
  int64_t startStride;
  Word* sums;  // [row][kPanelWidth]; null: they are complete, and go to the output
  const Kernel* kernel;
  int64_t pixel;  // of the output, for the block's first row
  int64_t channel;
};

template <typename Kernel, int kVectors, int kRows>
HWY_NOINLINE void multiplySegments(const SegmentOperands<Kernel>& operands, int64_t first) {
  using Arithmetic = typename Kernel::Arithmetic;
  using Word = WordOf<Arithmetic>;
  const typename Arithmetic::Words d;
  if (operands.sums == nullptr) {
    operands.kernel->template prefetch<kVectors>(kRows, operands.pixel + first, operands.channel);
  }
  SumsOf<Arithmetic> sums[kVectors][kRows];
  const Word* start = operands.start + first * operands.startStride;
  HWY_UNROLL(12)
  for (int r = 0; r < kRows; ++r, start += operands.startStride) {
    HWY_UNROLL(2)
    for (int v = 0; v < kVectors; ++v) sums[v][r] = hn::LoadU(d, start + v * kLanes);
  }
  const Word* const* pointers = operands.pointers + first;
  const Word* panel = operands.panel;
  for (int64_t s = 0; s < operands.segments; ++s, pointers += operands.pointerStride) {
    const Word* rows[kRows];
    bool isNothing = true;
    HWY_UNROLL(12)
    for (int r = 0; r < kRows; ++r) {
      isNothing &= pointers[r] == operands.nothing;
      rows[r] = pointers[r] + operands.offset;
    }
    if (!isNothing) accumulate<Arithmetic>(rows, panel, operands.depth, sums);
    panel += operands.depth * kPanelWidth;
  }
  if (operands.sums == nullptr) {
    operands.kernel->store(sums, operands.pixel + first, operands.channel);
    return;
  }
  Word* to = operands.sums + first * kPanelWidth;
  HWY_UNROLL(12)
  for (int r = 0; r < kRows; ++r, to += kPanelWidth) {
    HWY_UNROLL(2)
    for (int v = 0; v < kVectors; ++v) hn::StoreU(sums[v][r], d, to + v * kLanes);
  }
}

template <typename Kernel, int kVectors, size_t... kIndex>
constexpr std::array<MicroKernel<SegmentOperands<Kernel>>, sizeof...(kIndex)> segmentKernels(
    std::index_sequence<kIndex...>) {
  return {&multiplySegments<Kernel, kVectors, static_cast<int>(kIndex) + 1>...};
}

// `Kernel` has
//   Arithmetic: the micro-kernel's, and kRows, which it computes together;
//   prefetch<kVectors>(rows, pixel, channel): begins to bring what store() will touch;
//   store(sums, pixel, channel): writes sums[vector][row] as pixels of the output from `pixel` on, their channels from
//       `channel` on, as far as there are so many;
//   finish(): called by the thread that wrote some output.
template <typename Kernel>
class Direct {
 public:
  using Word = WordOf<typename Kernel::Arithmetic>;

  Direct(const DirectData<Word>& data, const Kernel& kernel)
      : data_(data),
        kernel_(kernel),
        shape_(directShape(data.layer, data.pixelWords, data.input)),
        blocks_(data.outputChannels, shape_, data.plan, {kLanes, kPanelWidth, Kernel::kRows}),
        segments_(data.layer, shape_, data.input, data.inputData, data.workspace,
                  data.workspace + blocks_.paddingWords()),
        // Bytes of weights within the cache, whole segments if possible.
        segmentBlock_(shape_.depth < kDepthBlock ? evenPart(shape_.segments, kDepthBlock / shape_.depth) : 1),
        depthBlock_(evenPart(shape_.depth, kDepthBlock)) {}

  void run() const {
    std::fill_n(data_.workspace, shape_.depth, data_.padding);
    segments_.copyPadded(data_.padding, data_.parallel);
    // Channels change last, so that a thread reads the same weights for one block of rows after the other.
    const int64_t rowBlocks = blocks_.rowBlocks();
    shareOut(data_.parallel, rowBlocks * blocks_.channelBlocks(), [&](int64_t item, int thread) HWY_ATTR {
      const int64_t first = item % rowBlocks * blocks_.rows();
      const int64_t channel = item / rowBlocks * blocks_.channelBlock();
      Word* const scratch = data_.workspace + blocks_.sharedWords() + thread * blocks_.threadWords();
      multiply(first, std::min(blocks_.rows(), shape_.rows - first), channel, scratch);
    });
  }

 private:
  // Of one vector of weights: fewer than 8 sums would wait for each other, and more rows have no registers for their
  // pointers.
  static constexpr int kNarrowRows = Kernel::kRows < 8 ? 8 : Kernel::kRows;
  static constexpr auto kKernels = segmentKernels<Kernel, 2>(std::make_index_sequence<Kernel::kRows>());
  static constexpr auto kNarrowKernels = segmentKernels<Kernel, 1>(std::make_index_sequence<kNarrowRows>());

  void multiply(int64_t first, int64_t rows, int64_t channel, Word* scratch) const {
    const auto pointers = reinterpret_cast<const Word**>(scratch);
    segments_.find(first, rows, pointers, blocks_.rows());
    SegmentOperands<Kernel> operands;
    operands.pointerStride = blocks_.rows();
    operands.nothing = data_.padding == 0 ? data_.workspace : nullptr;
    operands.kernel = &kernel_;
    operands.pixel = first;
    const int64_t end = std::min(channel + blocks_.channelBlock(), data_.outputChannels);
    for (; channel < end; channel += kPanelWidth) {
      const Word* const panel = data_.weights + channel * shape_.segments * shape_.depth;
      operands.channel = channel;
      operands.start = data_.start + channel;
      operands.startStride = 0;
      for (int64_t segment = 0; segment < shape_.segments; segment += segmentBlock_) {
        operands.pointers = pointers + segment * blocks_.rows();
        operands.segments = std::min(segmentBlock_, shape_.segments - segment);
        for (int64_t offset = 0; offset < shape_.depth; offset += depthBlock_) {
          operands.offset = offset;
          operands.depth = std::min(depthBlock_, shape_.depth - offset);
          operands.panel = panel + (segment * shape_.depth + offset) * kPanelWidth;
          const bool isLast = segment + segmentBlock_ >= shape_.segments && offset + depthBlock_ >= shape_.depth;
          operands.sums = isLast ? nullptr : scratch + blocks_.pointerWords();
          if (end - channel > kLanes) {
            multiplyInParts(kKernels, operands, rows);
          } else {
            multiplyInParts(kNarrowKernels, operands, rows);
          }
          operands.start = operands.sums;
          operands.startStride = kPanelWidth;
        }
      }
    }
    kernel_.finish();
  }

  const DirectData<Word>& data_;
  const Kernel& kernel_;
  const DirectShape shape_;
  const DirectBlocks blocks_;
  const DirectSegments<Word> segments_;
  const int64_t segmentBlock_;
  const int64_t depthBlock_;
};

}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::kernels
HWY_AFTER_NAMESPACE();

#endif

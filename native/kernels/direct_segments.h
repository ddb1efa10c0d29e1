#pragma once

#include <algorithm>
#include <cstdint>

#include "native/kernels/direct_blocks.h"
#include "native/kernels/share_out.h"

namespace kinetorch::kernels {

// Where the segments of a direct convolution lie (Note [Segments]).
template <typename Word>
class DirectSegments {
 public:
  // `padding` is a segment of it; `copy` room for the padded copy, if there is one.
  DirectSegments(const ConvLayer& layer, const DirectShape& shape, const ClipSize& inputSize, const Word* input,
                 const Word* padding, Word* copy)
      : layer_(layer),
        shape_(shape),
        inputSize_(inputSize),
        grid_(directGrid(layer, inputSize)),
        input_(input),
        padding_(padding),
        copy_(copy),
        // The copy has its padding, and all taps of a line in one segment.
        lineWords_((grid_.input.width + (isCopied() ? 2 * layer.padding[2] : 0)) * shape.pixelWords),
        tapsAcross_(isCopied() ? 1 : layer.kernel[2]),
        paddingAcross_(isCopied() ? 0 : layer.padding[2]) {}

  // Must have been called before the segments are read, if there is a copy.
  void copyPadded(Word paddingWord, ParallelFor& parallel) const {
    if (!isCopied()) return;
    const int64_t words = inputSize_.width * shape_.pixelWords;
    const int64_t padding = layer_.padding[2] * shape_.pixelWords;
    shareOut(parallel, inputSize_.batch * inputSize_.frames, [&](int64_t frame, int) {
      for (int64_t line = frame * inputSize_.height; line < (frame + 1) * inputSize_.height; ++line) {
        Word* const begin = copy_ + line * lineWords_;
        std::fill_n(begin, padding, paddingWord);
        std::copy_n(input_ + line * words, words, begin + padding);
        std::fill_n(begin + padding + words, padding, paddingWord);
      }
    });
  }

  // Writes where those of the rows from `first` on begin, to pointers[segment × stride + row].
  void find(int64_t first, int64_t rows, const Word** pointers, int64_t stride) const {
    // The rows of one line of the output after the other.
    for (int64_t row = 0; row < rows;) {
      const int64_t line = (first + row) / grid_.output.width;
      const int64_t x = (first + row) % grid_.output.width;
      const int64_t count = std::min(rows - row, grid_.output.width - x);
      findOfLine(line, x, count, pointers + row, stride);
      row += count;
    }
  }

 private:
  bool isCopied() const { return shape_.copiedWords > 0; }

  void findOfLine(int64_t outputLine, int64_t x, int64_t count, const Word** pointers, int64_t stride) const {
    const ClipSize& input = grid_.input;
    const ClipSize& output = grid_.output;
    const Word* const source = isCopied() ? copy_ : input_;
    const int64_t firstLine = outputLine % output.height * layer_.stride[1] - layer_.padding[1];
    const int64_t outputFrame = outputLine / output.height;
    const int64_t firstFrame = outputFrame % output.frames * layer_.stride[0] - layer_.padding[0];
    const int64_t clip = outputFrame / output.frames;
    for (int64_t frame = firstFrame; frame < firstFrame + layer_.kernel[0]; ++frame) {
      for (int64_t line = firstLine; line < firstLine + layer_.kernel[1]; ++line) {
        const bool exists = frame >= 0 && frame < input.frames && line >= 0 && line < input.height;
        const int64_t index = (clip * input.frames + frame) * input.height + line;
        for (int64_t tap = 0; tap < tapsAcross_; ++tap, pointers += stride) {
          findOfTap(exists ? source + index * lineWords_ : nullptr, tap, x, count, pointers);
        }
      }
    }
  }

  // Of a line of the input that may not exist.
  void findOfTap(const Word* line, int64_t tap, int64_t x, int64_t count, const Word** pointers) const {
    const int64_t stride = layer_.stride[2];
    const int64_t firstPixel = x * stride - paddingAcross_ + tap;
    int64_t begin = 0;
    int64_t end = count;
    if (line == nullptr) {
      end = 0;
    } else if (paddingAcross_ > 0) {
      begin = firstPixel < 0 ? std::min(count, ceilDivide(-firstPixel, stride)) : 0;
      end = std::clamp(ceilDivide(grid_.input.width - firstPixel, stride), begin, count);
    }
    std::fill(pointers, pointers + begin, padding_);
    const int64_t step = stride * shape_.pixelWords;
    if (begin < end) {
      const Word* const from = line + (firstPixel + begin * stride) * shape_.pixelWords;
      for (int64_t i = begin; i < end; ++i) pointers[i] = from + (i - begin) * step;
    }
    std::fill(pointers + end, pointers + count, padding_);
  }

  const ConvLayer& layer_;
  const DirectShape& shape_;
  ClipSize inputSize_;
  DirectGrid grid_;
  const Word* input_;
  const Word* padding_;
  Word* copy_;
  int64_t lineWords_;
  int64_t tapsAcross_;
  int64_t paddingAcross_;
};

}  // namespace kinetorch::kernels

#pragma once

#include <array>
#include <cstdint>

namespace kinetorch::architectures {

// What a 2-D network sees of a clip.
enum class FrameStream {
  kRgb,         // each frame
  kDifference,  // how each changes, see frameDifference()
};

// What becomes of the vectors that it gives, one a frame.
enum class FramePool {
  kMean,
  kMeanAndChange,  // the mean, and the mean size of the change from frame to frame
  kMultiStage,     // means of the last maps of strides 8, 16 and 32, and of the largest values of the latter two
  kConvolution,    // 3 frames at a time to 256 numbers, and their mean
  kLstm,           // the last of an LSTM's states, of 256 numbers
};

struct FrameCnnSpec {
  FrameStream stream = FrameStream::kRgb;
  // Of differences: frames from one to the other, and how the network wants its pictures normalised.
  int64_t lag = 1;
  std::array<double, 3> mean{0, 0, 0};
  std::array<double, 3> std{1, 1, 1};
  FramePool pool = FramePool::kMean;
  // Share of numbers that training leaves out before the head.
  double dropout = 0;
};

}  // namespace kinetorch::architectures

#pragma once

#include <cstdint>
#include <string>

#include "native/kernels/parallel.h"
#include "native/kernels/quantisation.h"

// Between float32, [pixels][channels], and its bytes, [pixels][storedChannels(channels)]. `target` is one of
// targetNames(ElementKind::kInt8), or empty for the best.
namespace kinetorch::kernels::int8 {

// Each number's nearest byte, of two the one that is an even number of steps from the zero point; what fills up four
// channels is the zero point. Not a number becomes some byte.
void quantise(const float* from, uint8_t* to, int64_t pixels, int64_t channels, Quantisation quantisation,
              ParallelFor& parallel, const std::string& target = "");

// The numbers that the bytes stand for.
void dequantise(const uint8_t* from, float* to, int64_t pixels, int64_t channels, Quantisation quantisation,
                ParallelFor& parallel, const std::string& target = "");

}  // namespace kinetorch::kernels::int8

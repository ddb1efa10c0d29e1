#include "native/kernels/int8/depthwise_shape.h"
#include "native/kernels/rounding.h"

namespace kinetorch::kernels::int8 {

AlignedBuffer<std::byte> packDepthwise(const ConvLayer& layer, int64_t lanes, const int8_t* weights) {
  const DepthwiseShape shape = depthwiseShape(layer);
  const std::array<int64_t, 3> steps = {layer.kernel[1] * layer.kernel[2], layer.kernel[2], 1};
  const int64_t taps = layer.kernel[0] * steps[0];
  AlignedBuffer<std::byte> packed(
      static_cast<size_t>(roundUp(storedChannels(layer.outputChannels), lanes) * depthwiseBytes(layer, shape)));
  auto* to = reinterpret_cast<int8_t*>(packed.data());
  for (int64_t first = 0; first < layer.outputChannels; first += lanes) {
    for (int64_t line = 0; line < layer.kernel[shape.lineAxis]; ++line) {
      for (int64_t x = 0; x < layer.kernel[2]; ++x) {
        for (int64_t output = 0; output < shape.outputs; ++output, to += lanes * 4) {
          for (int64_t lane = 0; lane < lanes && first + lane < layer.outputChannels; ++lane) {
            for (int64_t tap = 0; tap < layer.kernel[shape.quadAxis]; ++tap) {
              to[lane * 4 + output + tap] = weights[(first + lane) * taps + line * steps[shape.lineAxis] +
                                                    tap * steps[shape.quadAxis] + x * steps[2]];
            }
          }
        }
      }
    }
  }
  return packed;
}

}  // namespace kinetorch::kernels::int8

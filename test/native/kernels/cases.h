// What the tests and the benches of the kernels go through: every kernel that this machine can run, and layers of
// networks.
#pragma once

#include <array>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "native/kernels/conv.h"

namespace kinetorch::test {

// An operator, the convolution by one algorithm, for one kind of elements on one instruction set.
struct KernelCase {
  kernels::ConvAlgorithm algorithm;
  kernels::ElementKind elementKind;
  std::string target;
};

inline std::string nameOf(const KernelCase& kernel) {
  return std::string(kernels::nameOf(kernel.elementKind)) + '_' + kernels::nameOf(kernel.algorithm) + '_' +
         kernel.target;
}

inline std::ostream& operator<<(std::ostream& out, const KernelCase& kernel) { return out << nameOf(kernel); }

// Of a kind, on those of its targets that have this name, or on all.
inline std::vector<KernelCase> kernelCases(kernels::ElementKind elementKind, const std::string& target = "") {
  std::vector<KernelCase> cases;
  for (const std::string& each : kernels::targetNames(elementKind)) {
    if (!target.empty() && each != target) continue;
    for (const kernels::ConvAlgorithm algorithm : kernels::kConvAlgorithms) {
      const bool winograd =
          algorithm == kernels::ConvAlgorithm::kWinograd2 || algorithm == kernels::ConvAlgorithm::kWinograd4;
      if (elementKind == kernels::ElementKind::kInt8 && winograd) continue;
      cases.push_back({algorithm, elementKind, each});
    }
  }
  return cases;
}

inline int64_t elementsIn(const kernels::ClipSize& size, int64_t channels) {
  return size.batch * size.frames * size.height * size.width * channels;
}

inline int64_t weightsIn(const kernels::ConvLayer& layer) {
  return layer.outputChannels * (layer.inputChannels / layer.groups) * layer.kernel[0] * layer.kernel[1] *
         layer.kernel[2];
}

struct LayerCase {
  const char* name;
  kernels::ConvLayer layer;
  kernels::ClipSize size;  // of one clip, as the network sees it
};

inline kernels::ConvLayer halfPadded(int64_t from, int64_t to, std::array<int64_t, 3> kernel,
                                     std::array<int64_t, 3> stride = {1, 1, 1}, int64_t groups = 1) {
  return {from, to, kernel, stride, {kernel[0] / 2, kernel[1] / 2, kernel[2] / 2}, groups};
}

// Of R(2+1)D-18, R3D-18 and CSN at 16 × 112 × 112, and of our small network.
inline const std::vector<LayerCase>& layerCases() {
  static const std::vector<LayerCase> cases = {
      {"r2plus1d layer1 (1,3,3)", halfPadded(64, 144, {1, 3, 3}), {1, 16, 56, 56}},
      {"r2plus1d layer1 (3,1,1)", halfPadded(144, 64, {3, 1, 1}), {1, 16, 56, 56}},
      {"r2plus1d layer2 (1,3,3)", halfPadded(128, 288, {1, 3, 3}), {1, 8, 28, 28}},
      {"r2plus1d layer2 (3,1,1)", halfPadded(288, 128, {3, 1, 1}), {1, 8, 28, 28}},
      {"r2plus1d layer3 (1,3,3)", halfPadded(256, 576, {1, 3, 3}), {1, 4, 14, 14}},
      {"r2plus1d layer3 (3,1,1)", halfPadded(576, 256, {3, 1, 1}), {1, 4, 14, 14}},
      {"r2plus1d layer4 (1,3,3)", halfPadded(512, 1152, {1, 3, 3}), {1, 2, 7, 7}},
      {"r2plus1d layer4 (3,1,1)", halfPadded(1152, 512, {3, 1, 1}), {1, 2, 7, 7}},
      {"r2plus1d stem (1,7,7)/2", halfPadded(3, 45, {1, 7, 7}, {1, 2, 2}), {1, 16, 112, 112}},
      {"r2plus1d stem (3,1,1)", halfPadded(45, 64, {3, 1, 1}), {1, 16, 56, 56}},
      {"r2plus1d layer2 (1,3,3)/2", halfPadded(64, 230, {1, 3, 3}, {1, 2, 2}), {1, 16, 56, 56}},
      {"r2plus1d layer2 (3,1,1)/2", halfPadded(230, 128, {3, 1, 1}, {2, 1, 1}), {1, 16, 28, 28}},
      {"r2plus1d layer2 (1,1,1)/2", halfPadded(64, 128, {1, 1, 1}, {2, 2, 2}), {1, 16, 56, 56}},
      {"r2plus1d layer3 (1,3,3)/2", halfPadded(128, 460, {1, 3, 3}, {1, 2, 2}), {1, 8, 28, 28}},
      {"r2plus1d layer3 (3,1,1)/2", halfPadded(460, 256, {3, 1, 1}, {2, 1, 1}), {1, 8, 14, 14}},
      {"r2plus1d layer4 (1,3,3)/2", halfPadded(256, 921, {1, 3, 3}, {1, 2, 2}), {1, 4, 14, 14}},
      {"r2plus1d layer4 (3,1,1)/2", halfPadded(921, 512, {3, 1, 1}, {2, 1, 1}), {1, 4, 7, 7}},
      {"r3d layer1 (3,3,3)", halfPadded(64, 64, {3, 3, 3}), {1, 16, 56, 56}},
      {"r3d layer2 (3,3,3)", halfPadded(128, 128, {3, 3, 3}), {1, 8, 28, 28}},
      {"r3d layer3 (3,3,3)", halfPadded(256, 256, {3, 3, 3}), {1, 4, 14, 14}},
      {"r3d layer4 (3,3,3)", halfPadded(512, 512, {3, 3, 3}), {1, 2, 7, 7}},
      {"csn layer1 depthwise (3,3,3)", halfPadded(64, 64, {3, 3, 3}, {1, 1, 1}, 64), {1, 16, 56, 56}},
      {"csn layer2 depthwise (3,3,3)", halfPadded(128, 128, {3, 3, 3}, {1, 1, 1}, 128), {1, 8, 28, 28}},
      {"csn layer2 depthwise (3,3,3)/2", halfPadded(128, 128, {3, 3, 3}, {2, 2, 2}, 128), {1, 16, 56, 56}},
      {"csn layer4 depthwise (3,3,3)", halfPadded(512, 512, {3, 3, 3}, {1, 1, 1}, 512), {1, 2, 7, 7}},
      {"depthwise (1,3,3)", halfPadded(64, 64, {1, 3, 3}, {1, 1, 1}, 64), {1, 16, 56, 56}},
      {"depthwise (3,1,1)", halfPadded(64, 64, {3, 1, 1}, {1, 1, 1}, 64), {1, 16, 56, 56}},
      {"csn stem (3,7,7)/2", halfPadded(3, 64, {3, 7, 7}, {1, 2, 2}), {1, 16, 112, 112}},
      {"csn layer1 (1,1,1) 64", halfPadded(64, 64, {1, 1, 1}), {1, 16, 28, 28}},
      {"csn layer1 (1,1,1)", halfPadded(64, 256, {1, 1, 1}), {1, 16, 28, 28}},
      {"csn layer1 (1,1,1) back", halfPadded(256, 64, {1, 1, 1}), {1, 16, 28, 28}},
      {"csn layer2 (1,1,1)", halfPadded(128, 512, {1, 1, 1}), {1, 8, 14, 14}},
      {"csn layer2 (1,1,1) back", halfPadded(512, 128, {1, 1, 1}), {1, 8, 14, 14}},
      {"csn layer3 (1,1,1)", halfPadded(256, 1024, {1, 1, 1}), {1, 4, 7, 7}},
      {"csn layer3 (1,1,1) back", halfPadded(1024, 256, {1, 1, 1}), {1, 4, 7, 7}},
      {"csn layer4 (1,1,1)", halfPadded(512, 2048, {1, 1, 1}), {1, 2, 4, 4}},
      {"csn layer4 (1,1,1) back", halfPadded(2048, 512, {1, 1, 1}), {1, 2, 4, 4}},
      {"small stem (1,5,5)/2", halfPadded(3, 24, {1, 5, 5}, {1, 2, 2}), {1, 12, 64, 80}},
      {"small stem (5,1,1)", halfPadded(24, 32, {5, 1, 1}), {1, 12, 32, 40}},
      {"small layer1 (1,1,1)", halfPadded(32, 32, {1, 1, 1}), {1, 12, 16, 20}},
      {"small layer1 depthwise (1,3,3)/2", halfPadded(32, 32, {1, 3, 3}, {1, 2, 2}, 32), {1, 12, 32, 40}},
  };
  return cases;
}

}  // namespace kinetorch::test

#pragma once

#include <array>

namespace kinetorch::kernels {

// What the numbers of a layer's input, weights and output are: those of int8 are unsigned bytes, but the weights signed
// ones and the output, if wanted, float32. The kernels for a kind lie in a folder of its name.
enum class ElementKind { kFloat32, kInt8 };

inline constexpr std::array kElementKinds{ElementKind::kFloat32, ElementKind::kInt8};

constexpr const char* nameOf(ElementKind kind) {
  switch (kind) {
    case ElementKind::kFloat32:
      return "float32";
    case ElementKind::kInt8:
      return "int8";
  }
  return "";
}

}  // namespace kinetorch::kernels

#pragma once

#include <array>

namespace kinetorch::kernels {

// What the numbers of a layer's input, weights and output are. The kernels for a kind lie in a folder of its name.
enum class ElementKind { kFloat32 };

inline constexpr std::array kElementKinds{ElementKind::kFloat32};

constexpr const char* nameOf(ElementKind kind) {
  switch (kind) {
    case ElementKind::kFloat32:
      return "float32";
  }
  return "";
}

}  // namespace kinetorch::kernels

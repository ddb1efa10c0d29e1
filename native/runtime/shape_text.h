#pragma once

#include <cstddef>
#include <string>

namespace kinetorch {

// '[1, 3, 16, 112, 112]', of any list of sizes.
template <typename Sizes>
std::string shapeText(const Sizes& sizes) {
  std::string text;
  for (const auto size : sizes) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return '[' + text + ']';
}

}  // namespace kinetorch

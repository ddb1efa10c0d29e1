#include "native/formats/code_depth.h"

#include <algorithm>
#include <vector>

#include "native/formats/code_tokens.h"

namespace kinetorch::formats {

size_t codeDepth(std::string_view code) {
  std::vector<size_t> chains{0};  // of what is open, its tokens since the last comma
  size_t total = 0;               // of all chains
  size_t deepest = 0;
  size_t elifs = 0;
  const auto restart = [&] {
    total -= chains.back();
    chains.back() = 0;
  };
  for (size_t i = 0; i < code.size();) {
    const char c = code[i];
    if (c == '\n') {
      if (chains.size() == 1) restart();
      const size_t next = std::min(code.find_first_not_of(" \t\r\f\v", i + 1), code.size());
      deepest = std::max(deepest, next - i - 1);
      i = next;
    } else if (const size_t gap = endOfGap(code, i); gap > i) {
      i = gap;
    } else {
      const size_t end = endOfToken(code, i);
      if (code.substr(i, end - i) == "elif") deepest = std::max(deepest, ++elifs);
      deepest = std::max(deepest, ++total);
      ++chains.back();
      if (c == '(' || c == '[' || c == '{') {
        chains.push_back(0);
      } else if ((c == ')' || c == ']' || c == '}') && chains.size() > 1) {
        restart();
        chains.pop_back();
      } else if (c == ',') {
        restart();
      }
      i = end;
    }
  }
  return deepest;
}

}  // namespace kinetorch::formats

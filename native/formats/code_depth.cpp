#include "native/formats/code_depth.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace kinetorch::formats {
namespace {

constexpr std::string_view kTypeComment = "# type:";

bool isWordCharacter(char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0; }

// Behind the string literal that begins here, or behind its quote where it has no end. As LibTorch reads it.
size_t endOfString(std::string_view code, size_t begin) {
  const std::string_view three = code.substr(begin, 3);
  const bool isLong = three.size() == 3 && three[1] == three[0] && three[2] == three[0];
  const std::string_view quote = code.substr(begin, isLong ? 3 : 1);
  for (size_t i = begin + quote.size(); i < code.size(); ++i) {
    if (code.compare(i, quote.size(), quote) == 0) return i + quote.size();
    if (code[i] == '\n' && !isLong) break;
    if (code[i] == '\\') ++i;
  }
  return begin + 1;
}

// Behind the word, string or sign that begins here.
size_t endOfToken(std::string_view code, size_t begin) {
  if (code[begin] == '"' || code[begin] == '\'') return endOfString(code, begin);
  size_t end = begin;
  while (end < code.size() && isWordCharacter(code[end])) ++end;
  return std::max(end, begin + 1);
}

}  // namespace

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
    } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      ++i;
    } else if (c == '\\') {
      i += 2;  // and the line feed that continues the line
    } else if (c == '#') {
      const bool isType = code.compare(i, kTypeComment.size(), kTypeComment) == 0;
      i = isType ? i + kTypeComment.size() : std::min(code.find('\n', i), code.size());
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

#include "native/formats/code_tokens.h"

#include <algorithm>
#include <cctype>

namespace kinetorch::formats {
namespace {

constexpr std::string_view kTypeComment = "# type:";

bool isWordCharacter(char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0; }

// Behind the string literal that begins here, or behind its quote where it has no end.
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

}  // namespace

size_t endOfToken(std::string_view code, size_t begin) {
  if (code[begin] == '"' || code[begin] == '\'') return endOfString(code, begin);
  size_t end = begin;
  while (end < code.size() && isWordCharacter(code[end])) ++end;
  return std::max(end, begin + 1);
}

size_t endOfGap(std::string_view code, size_t begin) {
  const char c = code[begin];
  if (std::isspace(static_cast<unsigned char>(c)) != 0) return begin + 1;
  if (c == '\\') return std::min(begin + 2, code.size());  // and the line feed that continues the line
  if (c != '#') return begin;
  if (code.compare(begin, kTypeComment.size(), kTypeComment) == 0) return begin + kTypeComment.size();
  return std::min(code.find('\n', begin), code.size());
}

std::string_view CodeTokens::next() {
  while (position_ < code_.size()) {
    const size_t begin = position_;
    position_ = endOfGap(code_, begin);
    if (position_ > begin) continue;
    position_ = endOfToken(code_, begin);
    return code_.substr(begin, position_ - begin);
  }
  return {};
}

}  // namespace kinetorch::formats

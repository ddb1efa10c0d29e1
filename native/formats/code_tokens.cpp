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

std::string_view typeCommentAt(std::string_view code, size_t begin) {
  return code.compare(begin, kTypeComment.size(), kTypeComment) == 0 ? kTypeComment : std::string_view();
}

std::string_view CodeTokens::next() {
  while (position_ < code_.size()) {
    const char c = code_[position_];
    if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      ++position_;
    } else if (c == '\\') {
      position_ += 2;  // and the line feed that continues the line
    } else if (c == '#') {
      const std::string_view type = typeCommentAt(code_, position_);
      position_ = type.empty() ? std::min(code_.find('\n', position_), code_.size()) : position_ + type.size();
    } else {
      const size_t begin = position_;
      position_ = endOfToken(code_, begin);
      return code_.substr(begin, position_ - begin);
    }
  }
  return {};
}

}  // namespace kinetorch::formats

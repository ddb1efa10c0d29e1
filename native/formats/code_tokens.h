#pragma once

#include <cstddef>
#include <string_view>

namespace kinetorch::formats {

// The words, strings and signs of TorchScript's source, one after the other, as LibTorch's lexer takes them apart.
// White space, comments and the ends of lines are left out; of a comment that gives a type (`# type:`) its words are
// not.
class CodeTokens {
 public:
  explicit CodeTokens(std::string_view code) : code_(code) {}

  // The next one; empty at the end.
  std::string_view next();
  // What next() would give.
  std::string_view peek() const { return CodeTokens(*this).next(); }

 private:
  std::string_view code_;
  size_t position_ = 0;
};

// Behind the word, string or sign that begins at `begin` of the code.
size_t endOfToken(std::string_view code, size_t begin);

// Behind what lies between tokens and begins there: white space, a line that is continued, or a comment, of one that
// gives a type up to its words. `begin` itself where a token begins there.
size_t endOfGap(std::string_view code, size_t begin);

}  // namespace kinetorch::formats

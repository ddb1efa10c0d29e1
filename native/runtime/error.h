#pragma once

#include <stdexcept>
#include <string>

namespace kinetorch {

// An error a caller may branch on: `code` is one of lib/base/errors.ts, `what()` says what was expected and what came.
class Error : public std::runtime_error {
 public:
  Error(std::string code, const std::string& message) : std::runtime_error(message), code_(std::move(code)) {}
  // Copied, never moved: moving a std::runtime_error needs GCC 9's libstdc++, and prebuilt addons run on GCC 8's.
  Error(const Error&) = default;
  Error& operator=(const Error&) = default;
  const std::string& code() const { return code_; }
  bool isOutOfMemory() const;

 private:
  std::string code_;
};

// Turns the exception being handled into an Error. LibTorch throws c10::Error, std::out_of_range, std::bad_alloc and
// others; this keeps an Error as it is, gives out-of-memory its code, and the rest `fallbackCode`.
// Call inside a catch block.
Error currentError(const std::string& fallbackCode);

// Whether the exception being handled says that there is too little memory. Call inside a catch block.
bool ranOutOfMemory();

}  // namespace kinetorch

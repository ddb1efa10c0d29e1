#pragma once

#include <cerrno>
#include <system_error>

namespace kinetorch::sandbox {

// The result of a system call; throws std::system_error where it failed.
template <typename Result>
Result check(Result result, const char* call) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), call);
  return result;
}

}  // namespace kinetorch::sandbox

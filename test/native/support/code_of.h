#pragma once

#include <string>

#include "native/runtime/error.h"

namespace kinetorch::test {

// Of the error that the call throws; "no error" where it throws none.
template <typename Call>
std::string codeOf(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return "no error";
}

}  // namespace kinetorch::test

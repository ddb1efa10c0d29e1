#include "native/runtime/error.h"

#include <c10/util/Exception.h>

#include <new>

#include "native/runtime/interpreter_message.h"

namespace kinetorch {
namespace {

constexpr const char* kOutOfMemory = "ERR_OUT_OF_MEMORY";

// Too little memory has many names: the CPU allocator's plain c10::Error (on Windows: "not enough memory"), those of
// CUDA's libraries, and, out of a TorchScript network, whatever the interpreter makes of any of them, which keeps the
// words alone.
bool tellsOfMemory(const std::string& message) {
  for (const char* const words :
       {"can't allocate memory", "not enough memory", "out of memory", "STATUS_ALLOC_FAILED", "std::bad_alloc"}) {
    if (message.find(words) != std::string::npos) return true;
  }
  return false;
}

Error errorOf(const std::string& fallbackCode, const std::string& message) {
  return Error(tellsOfMemory(message) ? kOutOfMemory : fallbackCode, shortMessage(message));
}

}  // namespace

bool Error::isOutOfMemory() const { return code_ == kOutOfMemory; }

Error currentError(const std::string& fallbackCode) {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const c10::OutOfMemoryError& error) {
    return Error(kOutOfMemory, error.what_without_backtrace());
  } catch (const c10::Error& error) {
    return errorOf(fallbackCode, error.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    return Error(kOutOfMemory, "the machine has too little free memory for this");
  } catch (const std::exception& error) {
    return errorOf(fallbackCode, error.what());
  } catch (...) {
    return Error(fallbackCode, "unknown native exception");
  }
}

bool ranOutOfMemory() { return currentError("").isOutOfMemory(); }

}  // namespace kinetorch

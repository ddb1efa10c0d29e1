#include "native/runtime/error.h"

#include <c10/util/Exception.h>

#include <new>

namespace kinetorch {

Error currentError(const std::string& fallbackCode) {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const c10::OutOfMemoryError& error) {
    return Error("ERR_OUT_OF_MEMORY", error.what_without_backtrace());
  } catch (const c10::Error& error) {
    // The CPU allocator reports exhaustion as a plain c10::Error.
    const std::string message = error.what_without_backtrace();
    const bool memory = message.find("can't allocate memory") != std::string::npos;
    return Error(memory ? "ERR_OUT_OF_MEMORY" : fallbackCode, message);
  } catch (const std::bad_alloc&) {
    return Error("ERR_OUT_OF_MEMORY", "the machine has too little free memory for this");
  } catch (const std::exception& error) {
    return Error(fallbackCode, error.what());
  } catch (...) {
    return Error(fallbackCode, "unknown native exception");
  }
}

}  // namespace kinetorch

#include "native/sandbox/lock_in.h"

#include <exception>

#include "native/sandbox/bounds.h"
#include "native/sandbox/call_filter.h"
#include "native/sandbox/file_rules.h"

namespace kinetorch::sandbox {
namespace {

template <typename Step>
void attempt(InForce& held, const Step& step) {
  try {
    step();
  } catch (const std::exception& error) {
    if (!held.problem.empty()) held.problem += "; ";
    held.problem += error.what();
  }
}

}  // namespace

InForce lockIn(const LockOptions& options) {
  InForce held;
  attempt(held, [&] { setBounds(options.memoryBytes, !options.writable.empty()); });
  attempt(held, [&] { held.landlock = restrictFiles(options.writable); });
  // The last, as the others need what it forbids.
  attempt(held, [&] {
    filterCalls(!options.writable.empty());
    held.seccomp = true;
  });
  return held;
}

}  // namespace kinetorch::sandbox

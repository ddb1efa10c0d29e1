#pragma once

#include <cstdint>
#include <string>

namespace kinetorch::sandbox {

struct LockOptions {
  // The one file that may still be opened, to read and to write; empty for none.
  std::string writable;
  // How much more private memory may be taken than there is now.
  uint64_t memoryBytes = 0;
};

// What the kernel holds this process to.
struct InForce {
  // Landlock's ABI version; 0 where it does not hold.
  int landlock = 0;
  bool seccomp = false;
  // Why not all of it; empty where it is.
  std::string problem;
};

// Takes from this process, for good and on all of its threads, what decoding needs no more: to open files, to use the
// network, to start programs, to touch other processes. It dies with the thread that started it. Never throws: what
// the kernel refuses is told, and the rest still holds.
//
// Note [Two locks]
// Descriptors that are open stay so, and more come from the parent (pass_file.h); so the system calls that take a path
// can be forbidden altogether, by seccomp, which holds on every kernel since 3.17 and on every thread at once. Landlock
// forbids the same by what is opened instead of by which call opens it, and so still stands where a call was forgotten;
// and it can spare one file, which seccomp cannot.
InForce lockIn(const LockOptions& options);

}  // namespace kinetorch::sandbox

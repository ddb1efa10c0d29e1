#pragma once

#include <string>
#include <vector>

namespace kinetorch::sandbox {

// Begins this process anew with a program that can set up no io_uring, and never comes back. What the parent gave it,
// pipes and environment, stays. Throws std::system_error.
//
// Note [Rings]
// What is asked of the kernel through an io_uring passes no filter of system calls; so a locked process may not use
// one. The event loop of Node.js 24 sets one up when it begins, where the kernel has it, and ends the process when it
// may not use it any more; it does without where it could never set one up.
[[noreturn]] void restartWithoutRings(const std::string& program, std::vector<std::string> arguments);

}  // namespace kinetorch::sandbox

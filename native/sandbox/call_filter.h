#pragma once

namespace kinetorch::sandbox {

// Forbids every thread of this process, by seccomp, what forbidden_calls.h lists, to start processes, to signal others
// and to set limits. `opensFiles` leaves it `open` and `openat`, for what Landlock allows. Throws
// std::system_error.
void filterCalls(bool opensFiles);

// Forbids this thread, and what it starts, to set up an io_uring, as if the kernel had none. Throws std::system_error.
void filterRings();

}  // namespace kinetorch::sandbox

#pragma once

namespace kinetorch::sandbox {

// Forbids every thread of this process, by seccomp, what forbidden_calls.h lists, to start processes, to signal others
// and to set limits. `opensFiles` leaves it `open` and `openat`, for what Landlock allows. Throws
// std::system_error.
void filterCalls(bool opensFiles);

}  // namespace kinetorch::sandbox

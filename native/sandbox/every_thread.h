#pragma once

namespace kinetorch::sandbox {

// Runs `work(argument)` on every thread of this process but the calling one, among them those that start meanwhile.
// `work` may do only what a signal handler may, and gives a negative number, with errno set, where it fails. Throws
// std::system_error where it failed on one of them, or one does not answer.
//
// Note [Every thread]
// Before its version 8 Landlock binds the thread that calls it and those that this one starts later, but Node.js has
// started threads of its own by the time that JavaScript runs. So, as glibc does for setuid, each is sent a signal
// whose handler does the work: 33, which is kept for that very purpose and cannot be blocked, by a handler that is
// taken back in the end.
void onEveryOtherThread(int (*work)(int), int argument);

}  // namespace kinetorch::sandbox

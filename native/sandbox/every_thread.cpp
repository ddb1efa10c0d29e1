#include "native/sandbox/every_thread.h"

#include <dirent.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <set>
#include <system_error>

#include "native/sandbox/check.h"

#if defined(__x86_64__)
// A handler returns to the kernel through this on x86-64; elsewhere the kernel brings its own.
extern "C" void kinetorchReturnFromSignal() __attribute__((visibility("hidden")));
__asm__(
    ".text\n"
    ".hidden kinetorchReturnFromSignal\n"
    ".type kinetorchReturnFromSignal,@function\n"
    "kinetorchReturnFromSignal:\n"
    "  mov $15, %eax\n"
    "  syscall\n");
#endif

namespace kinetorch::sandbox {
namespace {

constexpr int kSignal = 33;
constexpr long kPollNanoseconds = 20'000;
constexpr int kMostPolls = 250'000;  // 5 s

// As the kernel has it: glibc refuses to set a handler for its own signals.
struct KernelAction {
  void (*handler)(int);
  unsigned long flags;
  void (*restorer)();
  uint64_t mask;
};

int (*theWork)(int);
int theArgument;
std::atomic<int> theAnswers;
std::atomic<int> theFailure;

void handle(int) {
  const int before = errno;
  if (theWork(theArgument) < 0) theFailure = errno;
  ++theAnswers;
  errno = before;
}

void exchangeAction(const KernelAction* next, KernelAction* previous) {
  check(syscall(SYS_rt_sigaction, kSignal, next, previous, sizeof(uint64_t)), "rt_sigaction");
}

// Those of `/proc/self/task`. (Before GCC 9, libstdc++'s library has no std::filesystem.)
std::set<pid_t> threads() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/task"), closedir);
  if (folder == nullptr) throw std::system_error(errno, std::generic_category(), "/proc/self/task");
  std::set<pid_t> found;
  while (const dirent* const entry = readdir(folder.get())) {
    const int thread = std::atoi(entry->d_name);  // 0 for "." and ".."
    if (thread > 0) found.insert(thread);
  }
  return found;
}

// False where the thread has ended.
bool signalThread(pid_t thread, int signal) {
  if (syscall(SYS_tgkill, getpid(), thread, signal) == 0) return true;
  if (errno == ESRCH) return false;
  throw std::system_error(errno, std::generic_category(), "tgkill");
}

void workOn(pid_t thread) {
  const int answers = theAnswers;
  if (!signalThread(thread, kSignal)) return;
  for (int polls = 0; theAnswers == answers; ++polls) {
    if (!signalThread(thread, 0)) return;
    if (polls == kMostPolls) throw std::system_error(ETIMEDOUT, std::generic_category(), "a thread");
    const timespec pause{0, kPollNanoseconds};
    nanosleep(&pause, nullptr);
  }
  if (theFailure != 0) throw std::system_error(theFailure, std::generic_category(), "a thread");
}

}  // namespace

void onEveryOtherThread(int (*work)(int), int argument) {
  static std::mutex one;
  const std::lock_guard<std::mutex> lock(one);
  theWork = work;
  theArgument = argument;
  theFailure = 0;
  KernelAction action{handle, SA_RESTART | SA_ONSTACK, nullptr, ~uint64_t{0}};
#if defined(__x86_64__)
  constexpr unsigned long kHasRestorer = 0x04000000;
  action.flags |= kHasRestorer;
  action.restorer = kinetorchReturnFromSignal;
#endif
  KernelAction previous{};
  exchangeAction(&action, &previous);
  std::set<pid_t> done{static_cast<pid_t>(syscall(SYS_gettid))};
  for (bool foundNew = true; foundNew;) {
    foundNew = false;
    for (const pid_t thread : threads()) {
      if (!done.insert(thread).second) continue;
      foundNew = true;
      workOn(thread);
    }
  }
  // Not where something was thrown: a thread may still have the signal before it.
  exchangeAction(&previous, nullptr);
}

}  // namespace kinetorch::sandbox

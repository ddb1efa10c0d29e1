#include "native/sandbox/lock_in.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>

#include "native/sandbox/call_filter.h"
#include "native/sandbox/file_rules.h"
#include "native/sandbox/pass_file.h"

namespace kinetorch::sandbox {
namespace {

constexpr uint64_t kMuch = uint64_t{1} << 32;

// What `work` gives (at most 255) in a process of its own, as a lock is for good; -1 where a signal ended it.
template <typename Work>
int inAProcess(const Work& work) {
  const pid_t child = fork();
  if (child == 0) _exit(work());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// 0 where a call went well, else its error.
int errorOf(long result) { return result < 0 ? errno : 0; }

int openToRead() { return errorOf(open("/etc/passwd", O_RDONLY)); }

// A thread that was there before the lock, lets no signal through, and does `work` when it is told to.
class EarlierThread {
 public:
  explicit EarlierThread(int (*work)())
      : thread_([this, work] {
          sigset_t all;
          sigfillset(&all);
          pthread_sigmask(SIG_SETMASK, &all, nullptr);
          isReady_ = true;
          while (!isTold_) std::this_thread::yield();
          result_ = work();
        }) {
    while (!isReady_) std::this_thread::yield();
  }
  int result() {
    isTold_ = true;
    thread_.join();
    return result_;
  }

 private:
  std::atomic<bool> isReady_{false};
  std::atomic<bool> isTold_{false};
  int result_ = -1;
  std::thread thread_;
};

int landlockVersion() { return static_cast<int>(syscall(444, nullptr, 0, 1)); }

TEST(LockIn, HoldsAllThatTheKernelHas) {
  EXPECT_EQ(inAProcess([] {
              const InForce held = lockIn({"", kMuch});
              return held.seccomp && held.landlock == landlockVersion() && held.problem.empty() ? 0 : 1;
            }),
            0);
}

TEST(LockIn, BoundsMemory) {
  EXPECT_EQ(inAProcess([] {
              lockIn({"", uint64_t{1} << 26});
              void* const little = std::malloc(size_t{1} << 24);
              void* const much = std::malloc(size_t{1} << 28);
              return little != nullptr && much == nullptr ? 0 : 1;
            }),
            0);
}

TEST(LockIn, LeavesOneFileToTheWriter) {
  std::string path = testing::TempDir() + "kinetorch-written-XXXXXX";
  close(mkstemp(path.data()));
  const std::string beside = path + ".2";
  EXPECT_EQ(inAProcess([&] {
              lockIn({path, kMuch});
              if (open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600) < 0) return 1;
              if (open(beside.c_str(), O_RDWR | O_CREAT, 0600) >= 0) return 2;
              return openToRead() == EACCES ? 0 : 3;
            }),
            0);
  unlink(path.c_str());
}

TEST(FileRules, HoldOnThreadsThatWereThereBefore) {
  if (landlockVersion() < 1) GTEST_SKIP() << "a kernel without Landlock";
  EXPECT_EQ(inAProcess([] { return openToRead(); }), 0);
  EXPECT_EQ(inAProcess([] {
              restrictFiles("");
              return openToRead();
            }),
            EACCES);
  EXPECT_EQ(inAProcess([] {
              EarlierThread thread(openToRead);
              restrictFiles("");
              return thread.result();
            }),
            EACCES);
}

int makeSocket() { return errorOf(socket(AF_INET, SOCK_DGRAM, 0)); }

TEST(CallFilter, HoldsOnThreadsThatWereThereBefore) {
  EXPECT_EQ(inAProcess(makeSocket), 0);
  EXPECT_EQ(inAProcess([] {
              EarlierThread thread(makeSocket);
              filterCalls(false);
              return thread.result();
            }),
            EPERM);
}

struct Attempt {
  const char* name;
  int (*work)();
  int error;
};

class ForbiddenCall : public testing::TestWithParam<Attempt> {};

TEST_P(ForbiddenCall, IsRefused) {
  const int without = inAProcess(GetParam().work);
  if (without == ENOSYS) GTEST_SKIP() << "a kernel that has no such call";
  EXPECT_NE(without, GetParam().error);
  EXPECT_EQ(inAProcess([] {
              filterCalls(false);
              return GetParam().work();
            }),
            GetParam().error);
}

const Attempt attempts[] = {
    {"Open", openToRead, EACCES},
    {"UdpSocket", makeSocket, EPERM},
    {"TcpSocket", [] { return errorOf(socket(AF_INET, SOCK_STREAM, 0)); }, EPERM},
    {"UnixSocket", [] { return errorOf(socket(AF_UNIX, SOCK_STREAM, 0)); }, EPERM},
    {"Program", [] { return errorOf(execl("/bin/true", "true", nullptr)); }, EPERM},
    {"Fork", [] { return errorOf(syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr)); }, EPERM},
    {"Trace", [] { return errorOf(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); }, EPERM},
    {"SignalToParent", [] { return errorOf(kill(getppid(), 0)); }, EPERM},
    {"SignalToAll", [] { return errorOf(kill(0, 0)); }, EPERM},
    {"FileOwner", [] { return errorOf(fcntl(0, F_SETOWN, getpid())); }, EPERM},
    {"FileSignal", [] { return errorOf(fcntl(0, F_SETSIG, SIGUSR1)); }, EPERM},
    {"MessageQueue", [] { return errorOf(syscall(SYS_msgrcv, -1, nullptr, 0, 0, 0)); }, EPERM},
    {"Scheduling", [] { return errorOf(syscall(SYS_sched_setscheduler, 0, -1, nullptr)); }, EPERM},
    {"DeathSignal", [] { return errorOf(prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0)); }, EPERM},
    {"SharedMemory",
     [] { return mmap(nullptr, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? errno : 0; },
     ENOMEM},
    {"Memfd", [] { return errorOf(syscall(SYS_memfd_create, "", 0)); }, EPERM},
    {"Unlink", [] { return errorOf(unlink("/kinetorch-absent")); }, EPERM},
    {"Chmod", [] { return errorOf(fchmodat(AT_FDCWD, "/kinetorch-absent", 0600, 0)); }, EPERM},
    {"NewCall", [] { return errorOf(syscall(470, -1, -1, -1, -1)); }, ENOSYS},
#if defined(__x86_64__)
    {"X32", [] { return errorOf(syscall(0x40000000 | SYS_getpid)); }, ENOSYS},
    {"I386",
     [] {
       long result = 20;  // getpid
       __asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
       return result < 0 ? static_cast<int>(-result) : 0;
     },
     EPERM},
#endif
};

INSTANTIATE_TEST_SUITE_P(, ForbiddenCall, testing::ValuesIn(attempts),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(CallFilter, LeavesThreadsAndSignalsOfItsOwn) {
  EXPECT_EQ(inAProcess([] {
              filterCalls(false);
              int ran = 1;
              std::thread([&ran] { ran = 0; }).join();
              return ran + errorOf(kill(getpid(), 0)) + errorOf(pthread_kill(pthread_self(), 0));
            }),
            0);
}

TEST(PassFile, HandsAFileToALockedProcess) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const int file = open("/etc/passwd", O_RDONLY);
  sendFile(ends[0], file);
  close(file);
  EXPECT_EQ(inAProcess([&] {
              lockIn({"", kMuch});
              const int handed = receiveFile(ends[1]);
              char first = 0;
              char again = 0;
              if (read(handed, &first, 1) != 1) return 1;
              rewindFile(handed);
              if (read(handed, &again, 1) != 1) return 2;
              return first == again ? 0 : 3;
            }),
            0);
  EXPECT_THROW(receiveFile(ends[0]), std::system_error);
  for (const int end : ends) close(end);
}

}  // namespace
}  // namespace kinetorch::sandbox

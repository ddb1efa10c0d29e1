#include "native/sandbox/call_filter.h"

#include <asm/sockios.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "native/sandbox/check.h"
#include "native/sandbox/forbidden_calls.h"

namespace kinetorch::sandbox {
namespace {

#if defined(__x86_64__)
constexpr uint32_t kProcessor = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t kProcessor = AUDIT_ARCH_AARCH64;
#else
#error "no table of system calls for this processor"
#endif

constexpr uint32_t refusal(int error) { return SECCOMP_RET_ERRNO | static_cast<uint32_t>(error); }

// A filter in the making; jumps go over the one instruction after them, so that none is too far.
class Filter {
 public:
  void load(size_t offset) { add(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset)); }
  // Half of an argument: the lower half of the first is number 0, as both processors are little-endian.
  void loadArgument(size_t half) { load(offsetof(seccomp_data, args) + half * sizeof(uint32_t)); }
  void give(uint32_t action) { add(BPF_RET | BPF_K, action); }
  void giveUnlessEqual(uint32_t value, uint32_t action) { giveUnless(BPF_JEQ, value, action); }
  void giveUnlessSet(uint32_t bits, uint32_t action) { giveUnless(BPF_JSET, bits, action); }
  void giveIfEqual(uint32_t value, uint32_t action) { giveIf(BPF_JEQ, value, action); }
  void giveIfAbove(uint32_t value, uint32_t action) { giveIf(BPF_JGT, value, action); }
  void giveIfMasked(uint32_t mask, uint32_t value, uint32_t action) {
    add(BPF_ALU | BPF_AND | BPF_K, mask);
    giveIfEqual(value, action);
  }
  // What follows, `count` instructions, is for this call alone.
  void onlyFor(uint32_t call, uint8_t count) { add(BPF_JMP | BPF_JEQ | BPF_K, call, 0, count); }

  void install() {
    check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
    const sock_fprog program{static_cast<unsigned short>(code_.size()), code_.data()};
    // Without the slower memory accesses that kernels before 5.16 add to a filter.
    constexpr unsigned long kFlags = SECCOMP_FILTER_FLAG_TSYNC | (1UL << 2);
    const long result = check(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, kFlags, &program), "seccomp");
    if (result > 0) throw std::system_error(EBUSY, std::generic_category(), "seccomp on all threads");
  }

 private:
  void add(int operation, uint32_t value, uint8_t ifTrue = 0, uint8_t ifFalse = 0) {
    code_.push_back({static_cast<uint16_t>(operation), ifTrue, ifFalse, value});
  }
  void giveIf(int comparison, uint32_t value, uint32_t action) {
    add(BPF_JMP | comparison | BPF_K, value, 0, 1);
    give(action);
  }
  void giveUnless(int comparison, uint32_t value, uint32_t action) {
    add(BPF_JMP | comparison | BPF_K, value, 1, 0);
    give(action);
  }

  std::vector<sock_filter> code_;
};

}  // namespace

void filterCalls(bool opensFiles) {
  Filter filter;
  filter.load(offsetof(seccomp_data, arch));
  filter.giveUnlessEqual(kProcessor, refusal(EPERM));  // 32-bit calls of the same processor
  filter.load(offsetof(seccomp_data, nr));
  filter.giveIfAbove(kNewestCall, refusal(ENOSYS));  // x32's are among them
  // The C library then uses `clone`.
  filter.giveIfEqual(kClone3, refusal(ENOSYS));
  for (const uint32_t call : kForbiddenCalls) filter.giveIfEqual(call, refusal(EPERM));
  if (!opensFiles) {
    for (const uint32_t call : kOpeningCalls) filter.giveIfEqual(call, refusal(EACCES));
  }
  const uint32_t self = static_cast<uint32_t>(getpid());
  for (const uint32_t call : kSignallingCalls) {
    filter.onlyFor(call, 4);
    filter.loadArgument(0);
    filter.giveUnlessEqual(self, refusal(EPERM));
    filter.give(SECCOMP_RET_ALLOW);
  }
  // Limits may be read, not set: those of root could be raised again.
  filter.onlyFor(SYS_prlimit64, 7);
  for (const size_t half : {4, 5}) {
    filter.loadArgument(half);
    filter.giveUnlessEqual(0, refusal(EPERM));
  }
  filter.give(SECCOMP_RET_ALLOW);
  // A file's owner is sent signals.
  filter.onlyFor(SYS_fcntl, 8);
  filter.loadArgument(2);
  for (const uint32_t command : {F_SETOWN, F_SETOWN_EX, F_SETSIG}) filter.giveIfEqual(command, refusal(EPERM));
  filter.give(SECCOMP_RET_ALLOW);
  filter.onlyFor(SYS_ioctl, 6);
  filter.loadArgument(2);
  for (const uint32_t command : {FIOSETOWN, SIOCSPGRP}) filter.giveIfEqual(command, refusal(EPERM));
  filter.give(SECCOMP_RET_ALLOW);
  // It ends with its parent.
  filter.onlyFor(SYS_prctl, 4);
  filter.loadArgument(0);
  filter.giveIfEqual(PR_SET_PDEATHSIG, refusal(EPERM));
  filter.give(SECCOMP_RET_ALLOW);
  // No limit counts shared memory.
  filter.onlyFor(SYS_mmap, 5);
  filter.loadArgument(6);
  filter.giveIfMasked(MAP_TYPE | MAP_ANONYMOUS, MAP_SHARED | MAP_ANONYMOUS, refusal(ENOMEM));
  filter.give(SECCOMP_RET_ALLOW);
  filter.onlyFor(SYS_clone, 4);
  filter.loadArgument(0);
  filter.giveUnlessSet(CLONE_THREAD, refusal(EPERM));
  filter.give(SECCOMP_RET_ALLOW);
  filter.give(SECCOMP_RET_ALLOW);
  filter.install();
}

void filterRings() {
  Filter filter;
  filter.load(offsetof(seccomp_data, nr));
  filter.giveIfEqual(kSetUpRing, refusal(ENOSYS));
  filter.give(SECCOMP_RET_ALLOW);
  filter.install();
}

}  // namespace kinetorch::sandbox

#include "native/sandbox/file_rules.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

#include "native/sandbox/check.h"
#include "native/sandbox/every_thread.h"

namespace kinetorch::sandbox {
namespace {

// What <linux/landlock.h> and <sys/syscall.h> of an older system lack. The numbers are the same on all processors.
constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;
constexpr uint32_t kAskVersion = 1U << 0;
constexpr uint32_t kEveryThread = 1U << 3;
constexpr int kRuleBeneath = 1;

constexpr uint64_t kWriteFile = 1U << 1;
constexpr uint64_t kReadFile = 1U << 2;
constexpr uint64_t kTruncate = 1U << 14;
constexpr uint64_t kTcpBindAndConnect = 3;
constexpr uint64_t kAbstractSockets = 1;

struct Ruleset {
  uint64_t files;
  uint64_t network;
  uint64_t scoped;
};

struct __attribute__((packed)) BeneathRule {
  uint64_t allowed;
  int32_t descriptor;
};

// A file descriptor that is closed in the end.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

// All rights that a version knows: a kernel refuses what it does not.
uint64_t fileRights(int version) {
  if (version >= 5) return (1U << 16) - 1;  // ioctl on devices
  if (version >= 3) return (1U << 15) - 1;  // truncate
  return version == 2 ? (1U << 14) - 1 : (1U << 13) - 1;
}

void allow(int ruleset, const std::string& path, uint64_t rights) {
  const Descriptor file(check(open(path.c_str(), O_PATH | O_CLOEXEC), path.c_str()));
  const BeneathRule rule{rights, file.number()};
  check(syscall(kAddRule, ruleset, kRuleBeneath, &rule, 0), "landlock_add_rule");
}

// Runs in a signal handler.
int restrictThread(int ruleset) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return static_cast<int>(syscall(kRestrictSelf, ruleset, 0));
}

}  // namespace

int restrictFiles(const std::string& writable) {
  const int version = static_cast<int>(check(syscall(kCreateRuleset, nullptr, 0, kAskVersion), "Landlock"));
  const uint64_t rights = fileRights(version);
  const Ruleset forbidden{rights, version >= 4 ? kTcpBindAndConnect : 0, version >= 6 ? kAbstractSockets : 0};
  const Descriptor ruleset(
      static_cast<int>(check(syscall(kCreateRuleset, &forbidden, sizeof(forbidden), 0), "landlock_create_ruleset")));
  if (!writable.empty()) allow(ruleset.number(), writable, rights & (kReadFile | kWriteFile | kTruncate));
  check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
  if (version >= 8) {
    check(syscall(kRestrictSelf, ruleset.number(), kEveryThread), "landlock_restrict_self");
  } else {
    onEveryOtherThread(restrictThread, ruleset.number());
    check(restrictThread(ruleset.number()), "landlock_restrict_self");
  }
  return version;
}

}  // namespace kinetorch::sandbox

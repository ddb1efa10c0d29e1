#include "native/sandbox/bounds.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <stdexcept>
#include <string>

#include "native/sandbox/check.h"

namespace kinetorch::sandbox {
namespace {

void lower(__rlimit_resource resource, rlim_t most) {
  rlimit limit{};
  check(getrlimit(resource, &limit), "getrlimit");
  limit.rlim_max = std::min(limit.rlim_max, most);
  limit.rlim_cur = std::min(limit.rlim_cur, limit.rlim_max);
  check(setrlimit(resource, &limit), "setrlimit");
}

// Bytes that RLIMIT_DATA counts: private memory that may be written to. What is only reserved, of which a JavaScript
// engine has gigabytes, is not among them, as it is for RLIMIT_AS.
uint64_t dataBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmData:", 0) == 0) return std::stoull(line.substr(7)) * 1024;
  }
  throw std::runtime_error("/proc/self/status tells no VmData");
}

}  // namespace

void setBounds(uint64_t memoryBytes, bool writesFile) {
  const pid_t parent = getppid();
  check(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "PR_SET_PDEATHSIG");
  // Of a parent that ended just before, no signal comes any more.
  if (getppid() != parent) raise(SIGKILL);
  lower(RLIMIT_CORE, 0);
  if (!writesFile) lower(RLIMIT_FSIZE, 0);
  lower(RLIMIT_DATA, dataBytes() + memoryBytes);
}

}  // namespace kinetorch::sandbox

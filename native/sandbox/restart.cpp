#include "native/sandbox/restart.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "native/sandbox/call_filter.h"

namespace kinetorch::sandbox {
namespace {

// Standard input, output and error, and the pipes of lib/base/pipedProcess.ts.
constexpr int kGivenByParent = 5;

// Node.js has them closed by the next program; as pipes between processes it makes sockets.
void keepDescriptors() {
  for (int descriptor = 0; descriptor < kGivenByParent; ++descriptor) {
    struct stat status {};
    const bool isPipe = fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode);
    if (isPipe || descriptor <= STDERR_FILENO) fcntl(descriptor, F_SETFD, 0);
  }
}

}  // namespace

void restartWithoutRings(const std::string& program, std::vector<std::string> arguments) {
  std::vector<char*> values{const_cast<char*>(program.c_str())};
  for (std::string& argument : arguments) values.push_back(argument.data());
  values.push_back(nullptr);
  filterRings();
  keepDescriptors();
  execv(program.c_str(), values.data());
  throw std::system_error(errno, std::generic_category(), program);
}

}  // namespace kinetorch::sandbox

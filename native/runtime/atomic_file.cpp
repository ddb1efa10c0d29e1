#include "native/runtime/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "native/runtime/error.h"

namespace kinetorch {
namespace {

[[noreturn]] void fail(const std::string& action, const std::string& path, int error) {
  throw Error("ERR_FILE_ACCESS", "cannot " + action + " " + path + ": " + std::generic_category().message(error));
}

// Closes a descriptor, and removes the temporary file unless it was kept.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0) fail("write", path_, errno);
  }
  ~TemporaryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!kept_) ::unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void write(const char* data, size_t size) {
    while (size > 0) {
      const ssize_t written = ::write(descriptor_, data, size);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("write", path_, errno);
      data += written;
      size -= static_cast<size_t>(written);
    }
    if (::fsync(descriptor_) != 0) fail("write", path_, errno);
  }

  void renameTo(const std::string& target) {
    if (::rename(path_.c_str(), target.c_str()) != 0) fail("write", target, errno);
    kept_ = true;
  }

 private:
  std::string path_;
  int descriptor_ = -1;
  bool kept_ = false;
};

std::string folderOf(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Without this, a power cut can undo the rename.
void syncFolder(const std::string& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) fail("open", folder, errno);
  const int result = ::fsync(descriptor);
  const int error = errno;
  ::close(descriptor);
  // Some network file systems don't sync folders and say EINVAL.
  if (result != 0 && error != EINVAL) fail("sync", folder, error);
}

}  // namespace

void writeFileAtomically(const std::string& path, const void* data, size_t size) {
  static std::atomic<uint64_t> counter{0};
  TemporaryFile file(path + ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(counter++));
  file.write(static_cast<const char*>(data), size);
  file.renameTo(path);
  syncFolder(folderOf(path));
}

}  // namespace kinetorch

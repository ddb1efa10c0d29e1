#include "native/formats/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "native/runtime/error.h"

namespace kinetorch::formats {
namespace {

// pread and not mmap: a file cut short while it is read gives an error here, where a mapping would give SIGBUS.
class FileByteSource : public ByteSource {
 public:
  explicit FileByteSource(std::string path) : path_(std::move(path)) {
    fd_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd_ < 0) fail(errno);
    if (::fstat(fd_, &opened_) != 0) {
      const int error = errno;
      ::close(fd_);
      fail(error);
    }
    if (!S_ISREG(opened_.st_mode)) {
      ::close(fd_);
      throw Error("ERR_FILE_ACCESS", "expected " + path_ + " to be a file but it is " +
                                         (S_ISDIR(opened_.st_mode) ? "a folder" : "a device, pipe or socket"));
    }
  }
  ~FileByteSource() override { ::close(fd_); }
  FileByteSource(const FileByteSource&) = delete;
  FileByteSource& operator=(const FileByteSource&) = delete;

  uint64_t size() const override { return static_cast<uint64_t>(opened_.st_size); }
  const std::string& label() const override { return path_; }

 protected:
  bool doRead(uint64_t offset, void* target, size_t size) const override {
    auto* bytes = static_cast<uint8_t*>(target);
    while (size > 0) {
      const ssize_t count = ::pread(fd_, bytes, size, static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return false;
      bytes += count;
      offset += static_cast<uint64_t>(count);
      size -= static_cast<size_t>(count);
    }
    return isWhole();
  }

 private:
  [[noreturn]] void fail(int error) const {
    const bool missing = error == ENOENT || error == ENOTDIR;
    throw Error(missing ? "ERR_FILE_NOT_FOUND" : "ERR_FILE_ACCESS",
                "expected a readable file at " + path_ + " but received: " + std::strerror(error));
  }

  // Asked after each read, so that all that was read is of the file as it was opened.
  bool isWhole() const {
    struct stat now {};
    if (::fstat(fd_, &now) != 0 || now.st_size < opened_.st_size) return false;
    if (now.st_size != opened_.st_size || now.st_mtim.tv_sec != opened_.st_mtim.tv_sec ||
        now.st_mtim.tv_nsec != opened_.st_mtim.tv_nsec) {
      throw Error("ERR_FILE_ACCESS", "expected " + path_ + " to stay as it is but it was changed while it was open");
    }
    return true;
  }

  std::string path_;
  int fd_ = -1;
  struct stat opened_ {};
};

class MemoryByteSource : public ByteSource {
 public:
  explicit MemoryByteSource(std::vector<uint8_t> bytes) : bytes_(std::move(bytes)) {}
  uint64_t size() const override { return bytes_.size(); }
  const std::string& label() const override { return label_; }

 protected:
  bool doRead(uint64_t offset, void* target, size_t size) const override {
    if (size > 0) std::memcpy(target, bytes_.data() + offset, size);
    return true;
  }

 private:
  std::vector<uint8_t> bytes_;
  std::string label_ = "the model's bytes";
};

}  // namespace

std::unique_ptr<ByteSource> ByteSource::open(FileSource source) {
  if (!source.path.empty()) return openFile(source.path);
  return std::make_unique<MemoryByteSource>(std::move(source.bytes));
}

std::unique_ptr<ByteSource> ByteSource::openFile(const std::string& path) {
  return std::make_unique<FileByteSource>(path);
}

void ByteSource::readAt(uint64_t offset, void* target, size_t size) const {
  if (offset > this->size() || size > this->size() - offset || !doRead(offset, target, size)) {
    throw Error("ERR_FILE_ACCESS", "expected " + std::to_string(size) + " bytes at offset " + std::to_string(offset) +
                                       " of " + label() + " but the file ends or fails before them");
  }
}

}  // namespace kinetorch::formats

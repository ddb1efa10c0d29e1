#include "native/formats/torch_zip.h"

#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "native/formats/pickle_reader.h"
#include "native/formats/zip_archive.h"
#include "native/runtime/error.h"

namespace kinetorch::formats {
namespace {

class ZipStorages final : public TorchStorages {
 public:
  explicit ZipStorages(ZipArchive archive) : archive_(std::move(archive)) {}

  uint64_t fileSize() const override { return archive_.fileSize(); }
  std::optional<uint64_t> sizeOf(const std::string& key) const override {
    const ZipEntry* entry = entryOf(key);
    return entry == nullptr ? std::nullopt : std::optional<uint64_t>(entry->size);
  }
  std::vector<uint8_t> read(const std::string& key) const override { return archive_.read(*entryOf(key)); }
  std::string describe(const std::string& key) const override { return "`data/" + key + "`"; }

 private:
  const ZipEntry* entryOf(const std::string& key) const { return archive_.find(archive_.root() + "/data/" + key); }

  ZipArchive archive_;
};

void checkByteOrder(const ZipArchive& archive, const std::string& label) {
  const ZipEntry* entry = archive.find(archive.root() + "/byteorder");
  if (entry == nullptr) return;  // Written since PyTorch 2.1.
  const std::vector<uint8_t> order = entry->size > 16 ? std::vector<uint8_t>() : archive.read(*entry);
  const std::string text(order.begin(), order.end());
  if (text == "little") return;
  throw Error("ERR_WEIGHTS", label + ": expected the byte order `little` but received `" + text + "`");
}

}  // namespace

bool isZip(const ByteSource& source) {
  std::array<char, 4> mark{};
  if (source.size() < mark.size()) return false;
  source.readAt(0, mark.data(), mark.size());
  return std::memcmp(mark.data(), "PK\x03\x04", mark.size()) == 0;
}

TorchFile readTorchZip(std::shared_ptr<const ByteSource> source) {
  const std::string label = source->label();
  ZipLimits limits;
  limits.maxFileSize = kMaxTorchFile;
  limits.errorCode = "ERR_WEIGHTS";
  ZipArchive archive(std::move(source), limits);
  checkByteOrder(archive, label);
  const ZipEntry* pickle = archive.find(archive.root() + "/data.pkl");
  if (pickle == nullptr) throw Error("ERR_WEIGHTS", label + ": expected the file `data.pkl` inside but there is none");
  if (pickle->size > kMaxTorchPickle) {
    throw Error("ERR_WEIGHTS", label + ": expected `data.pkl` of at most " + std::to_string(kMaxTorchPickle) +
                                   " bytes but received " + std::to_string(pickle->size));
  }
  TorchFile file;
  file.isTorchScript = archive.find(archive.root() + "/constants.pkl") != nullptr;
  file.tree = readPickle(archive.read(*pickle), label);
  file.storages = std::make_unique<ZipStorages>(std::move(archive));
  return file;
}

}  // namespace kinetorch::formats

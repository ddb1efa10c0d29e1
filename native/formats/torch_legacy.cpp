#include "native/formats/torch_legacy.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "native/formats/pickle_reader.h"
#include "native/runtime/error.h"

namespace kinetorch::formats {
namespace {

// Protocol 2, a ten-byte integer, and its end: the whole first pickle.
constexpr std::array<uint8_t, 15> kMagic{0x80, 2,    0x8A, 10,   0x6C, 0xFC, 0x9C, 0x46,
                                         0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, '.'};
constexpr int64_t kProtocol = 1001;

// Where the elements of a storage lie in the file.
struct Extent {
  uint64_t offset = 0;
  uint64_t size = 0;
};
using Extents = std::unordered_map<std::string, Extent>;

class LegacyStorages final : public TorchStorages {
 public:
  LegacyStorages(std::unique_ptr<ByteSource> source, Extents extents)
      : source_(std::move(source)), extents_(std::move(extents)) {}

  uint64_t fileSize() const override { return source_->size(); }
  std::optional<uint64_t> sizeOf(const std::string& key) const override {
    const auto found = extents_.find(key);
    return found == extents_.end() ? std::nullopt : std::optional<uint64_t>(found->second.size);
  }
  std::vector<uint8_t> read(const std::string& key) const override {
    const Extent& extent = extents_.at(key);
    std::vector<uint8_t> bytes(static_cast<size_t>(extent.size));
    source_->readAt(extent.offset, bytes.data(), bytes.size());
    return bytes;
  }
  std::string describe(const std::string& key) const override { return "storage `" + key + "`"; }

 private:
  std::unique_ptr<ByteSource> source_;
  Extents extents_;
};

class LegacyReader {
 public:
  explicit LegacyReader(const ByteSource& source) : source_(source) {}

  PickleTree readSaved() {
    if (source_.size() > kMaxTorchFile) {
      fail("expected at most " + std::to_string(kMaxTorchFile) + " bytes but received " +
           std::to_string(source_.size()));
    }
    pickles_.resize(static_cast<size_t>(std::min(source_.size(), kMaxTorchPickle)));
    source_.readAt(0, pickles_.data(), pickles_.size());
    position_ = kMagic.size();
    const PickleTree protocol = nextPickle();
    if (protocol[protocol.root].kind != PickleKind::kInt || protocol[protocol.root].integer != kProtocol) {
      fail("expected the protocol 1001 but received another");
    }
    checkByteOrder(nextPickle());
    return nextPickle();
  }

  // Of the storages of `saved`, whose pickle tells their types: the file itself has only their numbers of elements.
  Extents readExtents(const PickleTree& saved) {
    const std::unordered_map<std::string, StorageId> ids = idsOf(saved);
    const PickleTree keys = nextPickle();
    if (keys[keys.root].kind != PickleKind::kList) {
      fail("expected a list of storages' keys but received " + keys.describe(keys.root));
    }
    Extents extents;
    uint64_t position = position_;
    for (const PickleRef ref : keys[keys.root].items) {
      const std::string& key = keys[ref].text;
      const auto id = ids.find(key);
      if (keys[ref].kind != PickleKind::kString || id == ids.end()) {
        fail("expected the storages of its tensors but received one more, `" + key + "`");
      }
      const Extent extent = extentAt(position, key, id->second);
      if (!extents.emplace(key, extent).second) fail("expected each storage once but `" + key + "` is there twice");
      position = extent.offset + extent.size;
    }
    return extents;
  }

 private:
  [[noreturn]] void fail(const std::string& message) const {
    throw Error("ERR_WEIGHTS", source_.label() + ": " + message);
  }

  PickleTree nextPickle() { return readPickleAt(pickles_, position_, source_.label()); }

  void checkByteOrder(const PickleTree& system) const {
    for (const auto& [key, value] : system[system.root].members) {
      if (system[key].text != "little_endian") continue;
      if (system[value].kind == PickleKind::kBool && system[value].integer == 1) return;
      fail("expected a file of a little-endian machine but this is none");
    }
    fail("expected to read the byte order of the machine that wrote it but it is not there");
  }

  std::unordered_map<std::string, StorageId> idsOf(const PickleTree& saved) const {
    std::unordered_map<std::string, StorageId> ids;
    for (PickleRef ref = 0; ref < saved.values.size(); ++ref) {
      std::optional<StorageId> id = storageIdOf(saved, ref);
      if (!id) continue;
      const std::string what = "storage `" + id->key + "`";
      if (!id->kind) fail("expected " + what + " to be of a known type but it is " + saved.describe(id->type));
      // PyTorch wrote such ones until 0.3.
      if (id->isPart) {
        fail("expected " + what + " to be whole but it is a part of another; read the file in Python and save it " +
             "again: torch.save(torch.load(path), path)");
      }
      const auto [known, isNew] = ids.emplace(id->key, *id);
      if (!isNew && (known->second.kind != id->kind || known->second.elements != id->elements)) {
        fail("expected " + what + " to have one type and size but it has two");
      }
    }
    return ids;
  }

  Extent extentAt(uint64_t position, const std::string& key, const StorageId& id) const {
    const std::string what = "storage `" + key + "`";
    uint8_t bytes[8];
    if (source_.size() - position < sizeof(bytes)) fail("expected " + what + " but the file ends before it");
    source_.readAt(position, bytes, sizeof(bytes));
    uint64_t elements = 0;
    for (size_t i = sizeof(bytes); i-- > 0;) elements = elements << 8 | bytes[i];
    if (id.elements < 0 || elements != static_cast<uint64_t>(id.elements)) {
      fail("expected " + std::to_string(id.elements) + " elements in " + what + " but it has " +
           std::to_string(elements));
    }
    const uint64_t left = source_.size() - position - sizeof(bytes);
    const uint64_t elementSize = scalarSize(*id.kind);
    if (elements > left / elementSize) {
      fail("expected " + std::to_string(elements) + " elements of " + scalarName(*id.kind) + " in " + what +
           " but the file has " + std::to_string(left) + " more bytes");
    }
    return {position + sizeof(bytes), elements * elementSize};
  }

  const ByteSource& source_;
  std::vector<uint8_t> pickles_;  // the beginning of the file, which holds them
  size_t position_ = 0;
};

}  // namespace

bool isTorchLegacy(const ByteSource& source) {
  std::array<uint8_t, kMagic.size()> mark{};
  if (source.size() < mark.size()) return false;
  source.readAt(0, mark.data(), mark.size());
  return mark == kMagic;
}

TorchFile readTorchLegacy(std::unique_ptr<ByteSource> source) {
  TorchFile file;
  LegacyReader reader(*source);
  file.tree = reader.readSaved();
  Extents extents = reader.readExtents(file.tree);
  file.storages = std::make_unique<LegacyStorages>(std::move(source), std::move(extents));
  return file;
}

}  // namespace kinetorch::formats

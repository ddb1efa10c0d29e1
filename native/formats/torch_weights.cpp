#include "native/formats/torch_weights.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "native/formats/pickle_reader.h"
#include "native/formats/zip_archive.h"
#include "native/runtime/error.h"

namespace kinetorch::formats {
namespace {

constexpr uint64_t kMaxFileSize = uint64_t{4} << 30;
constexpr uint64_t kMaxPickleSize = uint64_t{32} << 20;
constexpr size_t kMaxRank = 16;
// Tensors may share a storage; that a small file becomes many large tensors they may not bring about.
constexpr uint64_t kMaxSharing = 8;
constexpr char kRebuildTensor[] = "torch._utils _rebuild_tensor_v2";
constexpr char kRebuildParameter[] = "torch._utils _rebuild_parameter";
constexpr char kSize[] = "torch Size";
// Of all the objects of a TorchScript model; one that is reached by two ways counts twice.
constexpr size_t kMaxAttributes = 1'000'000;
constexpr size_t kMaxPath = 1000;

std::optional<ScalarKind> storageKind(const std::string& global) {
  static constexpr std::pair<const char*, ScalarKind> kStorages[] = {
      {"torch DoubleStorage", ScalarKind::kFloat64}, {"torch FloatStorage", ScalarKind::kFloat32},
      {"torch HalfStorage", ScalarKind::kFloat16},   {"torch BFloat16Storage", ScalarKind::kBFloat16},
      {"torch LongStorage", ScalarKind::kInt64},     {"torch IntStorage", ScalarKind::kInt32},
      {"torch ShortStorage", ScalarKind::kInt16},    {"torch CharStorage", ScalarKind::kInt8},
      {"torch ByteStorage", ScalarKind::kUInt8},     {"torch BoolStorage", ScalarKind::kBool}};
  for (const auto& [name, kind] : kStorages) {
    if (global == name) return kind;
  }
  return std::nullopt;
}

bool isAllowedGlobal(const std::string& global) {
  return global == kRebuildTensor || global == kRebuildParameter || global == kSize || storageKind(global).has_value();
}

// TorchScript keeps each module as an object of a class in its own code, and lists of numbers as calls.
bool isAllowedInModel(const std::string& global) {
  return isAllowedGlobal(global) || global.rfind("__torch__", 0) == 0 || global.rfind("torch.jit._pickle ", 0) == 0;
}

class StateDictReader {
 public:
  explicit StateDictReader(ZipArchive archive, const std::string& label)
      : archive_(std::move(archive)), label_(label) {}

  std::vector<WeightTensor> read() {
    checkByteOrder();
    const ZipEntry* pickle = archive_.find(archive_.root() + "/data.pkl");
    if (pickle == nullptr) fail("expected the file `data.pkl` inside but there is none");
    if (pickle->size > kMaxPickleSize) {
      fail("expected `data.pkl` of at most " + std::to_string(kMaxPickleSize) + " bytes but received " +
           std::to_string(pickle->size));
    }
    const bool isModel = archive_.find(archive_.root() + "/constants.pkl") != nullptr;
    tree_ = readPickle(archive_.read(*pickle), isModel ? isAllowedInModel : isAllowedGlobal, label_);
    return isModel ? readModules() : readStateDict();
  }

 private:
  std::vector<WeightTensor> readStateDict() {
    std::vector<WeightTensor> tensors;
    for (const auto& [key, value] : tree_[findStateDict()].members) {
      if (tree_[key].kind != PickleKind::kString) {
        fail(std::string("expected the state dict's keys to be text but one is ") + describeKind(tree_[key].kind));
      }
      tensors.push_back(readTensor(tree_[key].text, value));
    }
    return tensors;
  }

  // The tensors among the attributes of the model and of its modules, each by its path.
  std::vector<WeightTensor> readModules() {
    if (tree_[tree_.root].kind != PickleKind::kObject) {
      fail(std::string("expected a TorchScript module but received ") + describeKind(tree_[tree_.root].kind));
    }
    std::vector<WeightTensor> tensors;
    std::vector<std::pair<std::string, PickleRef>> waiting{{"", tree_.root}};
    size_t seen = 0;
    while (!waiting.empty()) {
      const auto [path, module] = std::move(waiting.back());
      waiting.pop_back();
      for (const auto& [key, value] : tree_[module].members) {
        if (++seen > kMaxAttributes) fail("expected at most 1,000,000 attributes but there are more");
        if (tree_[key].kind != PickleKind::kString) fail("expected a module's attributes to have names");
        std::string name = path + tree_[key].text;
        if (name.size() > kMaxPath) fail("expected names of at most 1,000 bytes but received a longer one");
        if (tree_[value].kind == PickleKind::kObject) waiting.emplace_back(name + ".", value);
        if (arguments(value, kRebuildTensor) != nullptr) tensors.push_back(readTensor(name, value));
      }
    }
    return tensors;
  }

  [[noreturn]] void fail(const std::string& message) const { throw Error("ERR_WEIGHTS", label_ + ": " + message); }

  void checkByteOrder() {
    const ZipEntry* entry = archive_.find(archive_.root() + "/byteorder");
    if (entry == nullptr) return;  // Written since PyTorch 2.1.
    if (entry->size > 16) fail("expected the byte order `little` but received a long text");
    const std::vector<uint8_t> order = archive_.read(*entry);
    const std::string text(order.begin(), order.end());
    if (text != "little") fail("expected the byte order `little` but received `" + text + "`");
  }

  std::optional<PickleRef> member(PickleRef dict, const std::string& key) const {
    for (const auto& [name, value] : tree_[dict].members) {
      if (tree_[name].kind == PickleKind::kString && tree_[name].text == key) return value;
    }
    return std::nullopt;
  }

  // The dict of tensors, or what a checkpoint holds under the usual names.
  PickleRef findStateDict() const {
    PickleRef dict = tree_.root;
    if (tree_[dict].kind != PickleKind::kDict) {
      fail(std::string("expected a dict of tensors but received ") + describeKind(tree_[dict].kind));
    }
    // Twice, for {'model': {'state_dict': …}}.
    for (int level = 0; level < 2; ++level) {
      for (const char* key : {"state_dict", "model"}) {
        const std::optional<PickleRef> inner = member(dict, key);
        if (!inner || tree_[*inner].kind != PickleKind::kDict) continue;
        dict = *inner;
        break;
      }
    }
    return dict;
  }

  // Arguments of a call of `global`; nullptr where `ref` is no such call.
  const std::vector<PickleRef>* arguments(PickleRef ref, const char* global) const {
    const PickleValue& call = tree_[ref];
    if (call.kind != PickleKind::kCall || tree_[call.items[0]].text != global) return nullptr;
    return &tree_[call.items[1]].items;
  }

  WeightTensor readTensor(const std::string& name, PickleRef ref) {
    const std::string what = "`" + name + "`";
    if (const auto* parameter = arguments(ref, kRebuildParameter)) {
      if (parameter->empty()) fail("expected a parameter's tensor for " + what + " but it has none");
      ref = parameter->front();
    }
    const auto* parts = arguments(ref, kRebuildTensor);
    if (parts == nullptr) {
      fail("expected " + what + " to be a tensor but received " + describeKind(tree_[ref].kind));
    }
    if (parts->size() < 6 || parts->size() > 7 || tree_[(*parts)[1]].kind != PickleKind::kInt) {
      fail("expected " + what + " to be built from a storage, offset, size and stride but received otherwise");
    }
    const std::vector<uint8_t>& storage = readStorage(what, (*parts)[0]);
    WeightTensor tensor;
    tensor.name = name;
    tensor.kind = storageKinds_.at(&storage);
    tensor.shape = integers(what, (*parts)[2]);
    const std::vector<int64_t> strides = integers(what, (*parts)[3]);
    copyView(tensor, storage, tree_[(*parts)[1]].integer, strides);
    return tensor;
  }

  std::vector<int64_t> integers(const std::string& what, PickleRef ref) const {
    if (const auto* size = arguments(ref, kSize)) {
      if (size->size() != 1) fail("expected one tuple in the size of " + what);
      ref = size->front();
    }
    if (tree_[ref].kind != PickleKind::kTuple || tree_[ref].items.size() > kMaxRank) {
      fail("expected the size and stride of " + what + " to be tuples of at most 16 but received otherwise");
    }
    std::vector<int64_t> values;
    for (const PickleRef item : tree_[ref].items) {
      if (tree_[item].kind != PickleKind::kInt || tree_[item].integer < 0) {
        fail("expected the size and stride of " + what + " to be non-negative integers but received otherwise");
      }
      values.push_back(tree_[item].integer);
    }
    return values;
  }

  // A storage is the persistent id ('storage', type, key, location, elements); its bytes lie in `data/<key>`.
  const std::vector<uint8_t>& readStorage(const std::string& what, PickleRef ref) {
    const PickleValue& persistent = tree_[ref];
    const PickleValue* id = persistent.kind == PickleKind::kPersistent ? &tree_[persistent.items[0]] : nullptr;
    if (id == nullptr || id->kind != PickleKind::kTuple || id->items.size() != 5 ||
        tree_[id->items[0]].text != "storage" || tree_[id->items[1]].kind != PickleKind::kGlobal ||
        tree_[id->items[2]].kind != PickleKind::kString || tree_[id->items[4]].kind != PickleKind::kInt) {
      fail("expected " + what + " to have a storage but received otherwise");
    }
    const std::optional<ScalarKind> kind = storageKind(tree_[id->items[1]].text);
    if (!kind) fail("expected the storage of " + what + " to be of a known type");
    const std::string& key = tree_[id->items[2]].text;
    const ZipEntry* entry = archive_.find(archive_.root() + "/data/" + key);
    if (entry == nullptr) fail("expected the data of " + what + " in `data/" + key + "` but there is none");
    const int64_t elements = tree_[id->items[4]].integer;
    if (elements < 0 || entry->size % scalarSize(*kind) != 0 ||
        entry->size / scalarSize(*kind) != static_cast<uint64_t>(elements)) {
      fail("expected " + std::to_string(elements) + " elements of " + scalarName(*kind) + " in `data/" + key +
           "` but it has " + std::to_string(entry->size) + " bytes");
    }
    const auto known = storages_.find(key);
    if (known != storages_.end()) {
      if (storageKinds_.at(&known->second) != *kind)
        fail("expected `data/" + key + "` to have one type but it has two");
      return known->second;
    }
    const auto added = storages_.emplace(key, archive_.read(*entry)).first;
    storageKinds_.emplace(&added->second, *kind);
    return added->second;
  }

  // Makes the view contiguous. Refuses one that leaves the storage or sees an element twice.
  void copyView(WeightTensor& tensor, const std::vector<uint8_t>& storage, int64_t offset,
                const std::vector<int64_t>& strides) {
    const std::string what = "`" + tensor.name + "`";
    const size_t elementSize = scalarSize(tensor.kind);
    const uint64_t available = storage.size() / elementSize;
    const std::vector<int64_t>& shape = tensor.shape;
    if (shape.size() != strides.size())
      fail("expected as many strides as sizes for " + what + " but received otherwise");
    if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return;

    std::vector<size_t> order;
    for (size_t i = 0; i < shape.size(); ++i) {
      if (shape[i] > 1) order.push_back(i);
    }
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return strides[a] < strides[b]; });
    uint64_t last = 0;  // Of the elements reached by the dimensions so far, counted from the view's first.
    uint64_t count = 1;
    bool inside = offset >= 0 && static_cast<uint64_t>(offset) < available;
    for (const size_t i : order) {
      const uint64_t stride = static_cast<uint64_t>(strides[i]);
      if (inside && stride <= last) fail("expected the elements of " + what + " to lie apart but its strides overlap");
      uint64_t reach = 0;
      inside = inside && !__builtin_mul_overflow(stride, static_cast<uint64_t>(shape[i] - 1), &reach) &&
               !__builtin_add_overflow(last, reach, &last) && last < available - static_cast<uint64_t>(offset);
      // Elements that lie apart within the storage cannot be more than it has: this does not overflow.
      if (inside) count *= static_cast<uint64_t>(shape[i]);
    }
    if (!inside) {
      fail("expected " + what + " to lie within its storage of " + std::to_string(available) +
           " elements but it reaches beyond");
    }
    copied_ += count * elementSize;
    if (copied_ > kMaxSharing * archive_.fileSize()) {
      fail("expected the tensors to hold at most " + std::to_string(kMaxSharing) +
           " times the file's bytes but they hold more from " + what + " on");
    }

    tensor.bytes.resize(static_cast<size_t>(count) * elementSize);
    const uint8_t* source = storage.data() + static_cast<size_t>(offset) * elementSize;
    uint8_t* target = tensor.bytes.data();
    if (isContiguous(shape, strides)) {
      std::memcpy(target, source, tensor.bytes.size());
      return;
    }
    std::vector<int64_t> index(shape.size(), 0);
    size_t element = 0;
    for (uint64_t done = 0; done < count; ++done, target += elementSize) {
      std::memcpy(target, source + element * elementSize, elementSize);
      for (size_t i = shape.size(); i-- > 0;) {
        element += static_cast<size_t>(strides[i]);
        if (++index[i] < shape[i]) break;
        element -= static_cast<size_t>(strides[i]) * static_cast<size_t>(shape[i]);
        index[i] = 0;
      }
    }
  }

  static bool isContiguous(const std::vector<int64_t>& shape, const std::vector<int64_t>& strides) {
    int64_t expected = 1;
    for (size_t i = shape.size(); i-- > 0;) {
      if (shape[i] == 1) continue;
      if (strides[i] != expected) return false;
      expected *= shape[i];
    }
    return true;
  }

  ZipArchive archive_;
  const std::string& label_;
  PickleTree tree_;
  std::unordered_map<std::string, std::vector<uint8_t>> storages_;
  std::unordered_map<const std::vector<uint8_t>*, ScalarKind> storageKinds_;
  uint64_t copied_ = 0;
};

}  // namespace

std::vector<WeightTensor> readTorchWeights(std::unique_ptr<ByteSource> source) {
  const std::string label = source->label();
  ZipLimits limits;
  limits.maxFileSize = kMaxFileSize;
  limits.errorCode = "ERR_WEIGHTS";
  return StateDictReader(ZipArchive(std::move(source), limits), label).read();
}

}  // namespace kinetorch::formats

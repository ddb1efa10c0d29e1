#include "native/formats/torch_tensors.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "native/runtime/error.h"

namespace kinetorch::formats {
namespace {

constexpr size_t kMaxRank = 16;
// Tensors may share a storage; that a small file becomes many large tensors they may not bring about.
constexpr uint64_t kMaxSharing = 8;
// Parameters, tensors of a class and with attributes of their own: what a tensor may be wrapped in.
constexpr int kMaxWrappers = 4;
constexpr char kSize[] = "torch Size";

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

bool isContiguous(const std::vector<int64_t>& shape, const std::vector<int64_t>& strides) {
  int64_t expected = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    if (shape[i] == 1) continue;
    if (strides[i] != expected) return false;
    expected *= shape[i];
  }
  return true;
}

}  // namespace

std::optional<std::vector<int64_t>> TorchTensors::shapeOf(PickleRef ref) const {
  const std::vector<PickleRef>* parts = partsOf(ref);
  if (parts == nullptr) return std::nullopt;
  return integers("a tensor", (*parts)[2]);
}

WeightTensor TorchTensors::read(const std::string& name, PickleRef ref) {
  const std::string what = "`" + name + "`";
  const std::vector<PickleRef>* parts = partsOf(ref);
  if (parts == nullptr) fail("expected " + what + " to be a tensor but received " + tree_.describe(ref));
  const std::vector<uint8_t>& storage = readStorage(what, (*parts)[0]);
  WeightTensor tensor;
  tensor.name = name;
  tensor.kind = storageKinds_.at(&storage);
  tensor.shape = integers(what, (*parts)[2]);
  const std::vector<int64_t> strides = integers(what, (*parts)[3]);
  copyView(tensor, storage, tree_[(*parts)[1]].integer, strides);
  return tensor;
}

void TorchTensors::fail(const std::string& message) const { throw Error("ERR_WEIGHTS", label_ + ": " + message); }

// Of PyTorch's functions that make a tensor, known by name, only those that say where its elements lie are understood.
const std::vector<PickleRef>* TorchTensors::partsOf(PickleRef ref) const {
  const PickleValue* call = &tree_[ref];
  if (call->kind != PickleKind::kCall) return nullptr;
  PickleRef function = call->items[0];
  const std::vector<PickleRef>* arguments = &tree_[call->items[1]].items;
  for (int level = 0; level < kMaxWrappers; ++level) {
    const std::string& name = tree_[function].text;
    if (name == "torch._utils _rebuild_tensor_v2" || name == "torch._utils _rebuild_tensor") {
      const bool isView = arguments->size() >= 4 && tree_[(*arguments)[1]].kind == PickleKind::kInt;
      if (!isView) fail("expected tensors to be built from a storage, offset, size and stride but received otherwise");
      return arguments;
    }
    if (name == "torch._tensor _rebuild_from_type_v2" && arguments->size() >= 3) {
      // The function, the tensor's class and the function's arguments.
      function = (*arguments)[0];
      arguments = &tree_[(*arguments)[2]].items;
      continue;
    }
    const bool isParameter =
        name == "torch._utils _rebuild_parameter" || name == "torch._utils _rebuild_parameter_with_state";
    if (!isParameter || arguments->empty()) return nullptr;
    call = &tree_[arguments->front()];
    if (call->kind != PickleKind::kCall) return nullptr;
    function = call->items[0];
    arguments = &tree_[call->items[1]].items;
  }
  return nullptr;
}

std::vector<int64_t> TorchTensors::integers(const std::string& what, PickleRef ref) const {
  const PickleValue& size = tree_[ref];
  if (size.kind == PickleKind::kCall && tree_[size.items[0]].text == kSize) {
    const std::vector<PickleRef>& arguments = tree_[size.items[1]].items;
    if (arguments.size() != 1) fail("expected one tuple in the size of " + what);
    ref = arguments.front();
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
const std::vector<uint8_t>& TorchTensors::readStorage(const std::string& what, PickleRef ref) {
  const PickleValue& persistent = tree_[ref];
  const PickleValue* id = persistent.kind == PickleKind::kPersistent ? &tree_[persistent.items[0]] : nullptr;
  if (id == nullptr || id->kind != PickleKind::kTuple || id->items.size() != 5 ||
      tree_[id->items[0]].text != "storage" || tree_[id->items[1]].kind != PickleKind::kGlobal ||
      tree_[id->items[2]].kind != PickleKind::kString || tree_[id->items[4]].kind != PickleKind::kInt) {
    fail("expected " + what + " to have a storage but received otherwise");
  }
  const std::optional<ScalarKind> kind = storageKind(tree_[id->items[1]].text);
  if (!kind) {
    fail("expected the storage of " + what + " to be of a known type but it is " + tree_.describe(id->items[1]));
  }
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
    if (storageKinds_.at(&known->second) != *kind) fail("expected `data/" + key + "` to have one type but it has two");
    return known->second;
  }
  const auto added = storages_.emplace(key, archive_.read(*entry)).first;
  storageKinds_.emplace(&added->second, *kind);
  return added->second;
}

// Makes the view contiguous. Refuses one that leaves the storage or sees an element twice.
void TorchTensors::copyView(WeightTensor& tensor, const std::vector<uint8_t>& storage, int64_t offset,
                            const std::vector<int64_t>& strides) {
  const std::string what = "`" + tensor.name + "`";
  const size_t elementSize = scalarSize(tensor.kind);
  const uint64_t available = storage.size() / elementSize;
  const std::vector<int64_t>& shape = tensor.shape;
  if (shape.size() != strides.size()) fail("expected as many strides as sizes for " + what + " but received otherwise");
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

}  // namespace kinetorch::formats

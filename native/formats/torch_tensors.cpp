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
  if (parts == nullptr) fail("expected " + what + " to be a tensor but received " + tree().describe(ref));
  const std::vector<uint8_t>& storage = readStorage(what, (*parts)[0]);
  WeightTensor tensor;
  tensor.name = name;
  tensor.kind = storageKinds_.at(&storage);
  tensor.shape = integers(what, (*parts)[2]);
  const std::vector<int64_t> strides = integers(what, (*parts)[3]);
  copyView(tensor, storage, tree()[(*parts)[1]].integer, strides);
  return tensor;
}

void TorchTensors::fail(const std::string& message) const { throw Error("ERR_WEIGHTS", label_ + ": " + message); }

// Of PyTorch's functions that make a tensor, known by name, only those that say where its elements lie are understood.
const std::vector<PickleRef>* TorchTensors::partsOf(PickleRef ref) const {
  const PickleValue* call = &tree()[ref];
  if (call->kind != PickleKind::kCall) return nullptr;
  PickleRef function = call->items[0];
  const std::vector<PickleRef>* arguments = &tree()[call->items[1]].items;
  for (int level = 0; level < kMaxWrappers; ++level) {
    const std::string& name = tree()[function].text;
    if (name == "torch._utils _rebuild_tensor_v2" || name == "torch._utils _rebuild_tensor") {
      const bool isView = arguments->size() >= 4 && tree()[(*arguments)[1]].kind == PickleKind::kInt;
      if (!isView) fail("expected tensors to be built from a storage, offset, size and stride but received otherwise");
      return arguments;
    }
    if (name == "torch._tensor _rebuild_from_type_v2" && arguments->size() >= 3) {
      // The function, the tensor's class and the function's arguments.
      function = (*arguments)[0];
      arguments = &tree()[(*arguments)[2]].items;
      continue;
    }
    const bool isParameter =
        name == "torch._utils _rebuild_parameter" || name == "torch._utils _rebuild_parameter_with_state";
    if (!isParameter || arguments->empty()) return nullptr;
    call = &tree()[arguments->front()];
    if (call->kind != PickleKind::kCall) return nullptr;
    function = call->items[0];
    arguments = &tree()[call->items[1]].items;
  }
  return nullptr;
}

std::vector<int64_t> TorchTensors::integers(const std::string& what, PickleRef ref) const {
  const PickleValue& size = tree()[ref];
  if (size.kind == PickleKind::kCall && tree()[size.items[0]].text == kSize) {
    const std::vector<PickleRef>& arguments = tree()[size.items[1]].items;
    if (arguments.size() != 1) fail("expected one tuple in the size of " + what);
    ref = arguments.front();
  }
  if (tree()[ref].kind != PickleKind::kTuple || tree()[ref].items.size() > kMaxRank) {
    fail("expected the size and stride of " + what + " to be tuples of at most 16 but received otherwise");
  }
  std::vector<int64_t> values;
  for (const PickleRef item : tree()[ref].items) {
    if (tree()[item].kind != PickleKind::kInt || tree()[item].integer < 0) {
      fail("expected the size and stride of " + what + " to be non-negative integers but received otherwise");
    }
    values.push_back(tree()[item].integer);
  }
  return values;
}

const std::vector<uint8_t>& TorchTensors::readStorage(const std::string& what, PickleRef ref) {
  const std::optional<StorageId> id = storageIdOf(tree(), ref);
  if (!id) fail("expected " + what + " to have a storage but received otherwise");
  if (!id->kind) {
    fail("expected the storage of " + what + " to be of a known type but it is " + tree().describe(id->type));
  }
  if (id->isPart) fail("expected the storage of " + what + " to be whole but it is a part of another");
  const std::string place = file_.storages->describe(id->key);
  const std::optional<uint64_t> size = file_.storages->sizeOf(id->key);
  if (!size) fail("expected the data of " + what + " in " + place + " but there is none");
  const uint64_t elementSize = scalarSize(*id->kind);
  if (id->elements < 0 || *size % elementSize != 0 || *size / elementSize != static_cast<uint64_t>(id->elements)) {
    fail("expected " + std::to_string(id->elements) + " elements of " + scalarName(*id->kind) + " in " + place +
         " but it has " + std::to_string(*size) + " bytes");
  }
  const auto known = storages_.find(id->key);
  if (known != storages_.end()) {
    if (storageKinds_.at(&known->second) != *id->kind) fail("expected " + place + " to have one type but it has two");
    return known->second;
  }
  const auto added = storages_.emplace(id->key, file_.storages->read(id->key)).first;
  storageKinds_.emplace(&added->second, *id->kind);
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
  if (copied_ > kMaxSharing * file_.storages->fileSize()) {
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

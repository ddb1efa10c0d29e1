#include "native/formats/torch_storages.h"

#include <utility>

namespace kinetorch::formats {
namespace {

std::optional<ScalarKind> kindOf(const std::string& type) {
  static constexpr std::pair<const char*, ScalarKind> kStorages[] = {
      {"torch DoubleStorage", ScalarKind::kFloat64}, {"torch FloatStorage", ScalarKind::kFloat32},
      {"torch HalfStorage", ScalarKind::kFloat16},   {"torch BFloat16Storage", ScalarKind::kBFloat16},
      {"torch LongStorage", ScalarKind::kInt64},     {"torch IntStorage", ScalarKind::kInt32},
      {"torch ShortStorage", ScalarKind::kInt16},    {"torch CharStorage", ScalarKind::kInt8},
      {"torch ByteStorage", ScalarKind::kUInt8},     {"torch BoolStorage", ScalarKind::kBool}};
  for (const auto& [name, kind] : kStorages) {
    if (type == name) return kind;
  }
  return std::nullopt;
}

}  // namespace

std::optional<StorageId> storageIdOf(const PickleTree& tree, PickleRef ref) {
  if (tree[ref].kind != PickleKind::kPersistent) return std::nullopt;
  const PickleValue& id = tree[tree[ref].items[0]];
  if (id.kind != PickleKind::kTuple || (id.items.size() != 5 && id.items.size() != 6) ||
      tree[id.items[0]].text != "storage" || tree[id.items[1]].kind != PickleKind::kGlobal ||
      tree[id.items[2]].kind != PickleKind::kString || tree[id.items[4]].kind != PickleKind::kInt) {
    return std::nullopt;
  }
  StorageId storage;
  storage.key = tree[id.items[2]].text;
  storage.type = id.items[1];
  storage.kind = kindOf(tree[storage.type].text);
  storage.elements = tree[id.items[4]].integer;
  storage.isPart = id.items.size() == 6 && tree[id.items[5]].kind != PickleKind::kNone;
  return storage;
}

}  // namespace kinetorch::formats

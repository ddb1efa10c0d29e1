#include "native/formats/pickle_tree.h"

#include <algorithm>

#include "native/runtime/error.h"

namespace kinetorch::formats {

namespace {

const char* describeKind(PickleKind kind) {
  switch (kind) {
    case PickleKind::kNone:
      return "None";
    case PickleKind::kBool:
      return "a bool";
    case PickleKind::kInt:
      return "an int";
    case PickleKind::kFloat:
      return "a float";
    case PickleKind::kString:
      return "a str";
    case PickleKind::kBytes:
      return "bytes";
    case PickleKind::kTuple:
      return "a tuple";
    case PickleKind::kList:
      return "a list";
    case PickleKind::kSet:
      return "a set";
    case PickleKind::kDict:
      return "a dict";
    case PickleKind::kGlobal:
      return "a class or function";
    case PickleKind::kCall:
      return "what a function gives";
    case PickleKind::kObject:
      return "an object";
    case PickleKind::kPersistent:
      return "a storage";
  }
  throw Error("ERR_INTERNAL", "unknown pickle kind");
}

std::string pythonName(std::string global) {
  std::replace(global.begin(), global.end(), ' ', '.');
  return "`" + global + "`";
}

}  // namespace

std::string PickleTree::describe(PickleRef ref) const {
  const PickleValue& value = values[ref];
  if (value.kind == PickleKind::kGlobal) return pythonName(value.text);
  const bool isMade = value.kind == PickleKind::kCall || value.kind == PickleKind::kObject;
  if (!isMade || values[value.items[0]].kind != PickleKind::kGlobal) return describeKind(value.kind);
  const std::string name = pythonName(values[value.items[0]].text);
  return value.kind == PickleKind::kCall ? "what " + name + " gives" : "an object of " + name;
}

}  // namespace kinetorch::formats

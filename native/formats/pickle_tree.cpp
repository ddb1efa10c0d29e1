#include "native/formats/pickle_tree.h"

#include "native/runtime/error.h"

namespace kinetorch::formats {

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
    case PickleKind::kTuple:
      return "a tuple";
    case PickleKind::kList:
      return "a list";
    case PickleKind::kDict:
      return "a dict";
    case PickleKind::kGlobal:
      return "a class or function";
    case PickleKind::kCall:
      return "a tensor or other object";
    case PickleKind::kObject:
      return "an object";
    case PickleKind::kPersistent:
      return "a storage";
  }
  throw Error("ERR_INTERNAL", "unknown pickle kind");
}

}  // namespace kinetorch::formats

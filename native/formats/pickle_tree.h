#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace kinetorch::formats {

// Index of a value in its PickleTree.
using PickleRef = uint32_t;

enum class PickleKind {
  kNone,
  kBool,
  kInt,
  kFloat,
  kString,
  kBytes,
  kTuple,
  kList,
  kSet,
  kDict,
  kGlobal,
  kCall,
  kObject,
  kPersistent
};

struct PickleValue {
  PickleKind kind = PickleKind::kNone;
  int64_t integer = 0;
  double number = 0;
  // Of a string or bytes; of a global, "module name".
  std::string text;
  // Elements of a tuple, list or set; of a call, what is called and its arguments; of an object, its class and their
  // arguments; of a persistent id, the id.
  std::vector<PickleRef> items;
  // Of a dict; of an object or a call's result, its attributes and, where it is filled like a dict, its members.
  std::vector<std::pair<PickleRef, PickleRef>> members;
};

// All values of a pickle. They refer to each other by index: however deep a hostile pickle nests, nothing recurses, and
// cycles leak nothing.
struct PickleTree {
  std::deque<PickleValue> values;
  PickleRef root = 0;

  const PickleValue& operator[](PickleRef ref) const { return values[ref]; }

  // For error messages, for example "a dict" or "an object of `argparse.Namespace`".
  std::string describe(PickleRef ref) const;
};

}  // namespace kinetorch::formats

#include "native/formats/pickle_scan.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "native/formats/pickle_reader.h"
#include "native/formats/zip_directory.h"
#include "native/runtime/error.h"

namespace kinetorch::formats {
namespace {

// LibTorch's own archives nest modules in modules, a few values each.
constexpr size_t kMaxDepth = 500;
constexpr size_t kHoldsItself = std::numeric_limits<size_t>::max();

constexpr std::array<std::string_view, 20> kKnownGlobals{"collections OrderedDict",
                                                         "torch BFloat16Storage",
                                                         "torch BoolStorage",
                                                         "torch ByteStorage",
                                                         "torch CharStorage",
                                                         "torch ComplexDoubleStorage",
                                                         "torch ComplexFloatStorage",
                                                         "torch DoubleStorage",
                                                         "torch FloatStorage",
                                                         "torch HalfStorage",
                                                         "torch IntStorage",
                                                         "torch LongStorage",
                                                         "torch ShortStorage",
                                                         "torch._utils _rebuild_tensor_v2",
                                                         "torch.jit._pickle build_boollist",
                                                         "torch.jit._pickle build_doublelist",
                                                         "torch.jit._pickle build_intlist",
                                                         "torch.jit._pickle build_tensorlist",
                                                         "torch.jit._pickle restore_type_tag",
                                                         "torch device"};

bool isKnown(std::string_view global) {
  constexpr std::string_view kOwn = "__torch__";
  // Classes of C++, whose objects are made by code of their own.
  constexpr std::string_view kCustom = "__torch__.torch.classes";
  if (global.substr(0, kOwn.size()) == kOwn) return global.substr(0, kCustom.size()) != kCustom;
  return std::find(kKnownGlobals.begin(), kKnownGlobals.end(), global) != kKnownGlobals.end();
}

struct Visit {
  PickleRef ref;
  size_t next = 0;  // of what it holds
};

// Elements first, then keys and values of members.
size_t countOf(const PickleValue& value) { return value.items.size() + 2 * value.members.size(); }

PickleRef innerOf(const PickleValue& value, size_t index) {
  if (index < value.items.size()) return value.items[index];
  const auto& [key, member] = value.members[(index - value.items.size()) / 2];
  return (index - value.items.size()) % 2 == 0 ? key : member;
}

}  // namespace

size_t pickleDepth(const PickleTree& tree) {
  constexpr size_t kUnknown = 0;
  std::vector<size_t> depths(tree.values.size(), kUnknown);
  std::vector<bool> isOpen(tree.values.size(), false);
  std::vector<Visit> path;
  const auto enter = [&](PickleRef ref) {
    isOpen[ref] = true;
    path.push_back({ref});
  };
  // Those too that the pickle makes and lets go of.
  for (PickleRef first = 0; first < tree.values.size(); ++first) {
    if (depths[first] == kUnknown) enter(first);
    while (!path.empty()) {
      const PickleValue& value = tree[path.back().ref];
      if (path.back().next < countOf(value)) {
        const PickleRef inner = innerOf(value, path.back().next++);
        if (isOpen[inner]) return kHoldsItself;
        if (depths[inner] == kUnknown) enter(inner);
        continue;
      }
      size_t depth = 0;
      for (size_t i = 0; i < countOf(value); ++i) depth = std::max(depth, depths[innerOf(value, i)]);
      depths[path.back().ref] = depth + 1;
      isOpen[path.back().ref] = false;
      path.pop_back();
    }
  }
  return depths.empty() ? 0 : *std::max_element(depths.begin(), depths.end());
}

std::vector<std::string> scanPickle(const std::vector<uint8_t>& pickle, const std::string& name) {
  std::vector<std::string> findings;
  try {
    const PickleTree tree = readPickle(pickle, name);
    const size_t depth = pickleDepth(tree);
    if (depth == kHoldsItself) {
      findings.push_back("its " + name + " has a value that holds itself");
    } else if (depth > kMaxDepth) {
      findings.push_back("its " + name + " nests " + std::to_string(depth) + " deep");
    }
    for (const PickleValue& value : tree.values) {
      if (value.kind != PickleKind::kGlobal || isKnown(value.text)) continue;
      std::string global = value.text;
      std::replace(global.begin(), global.end(), ' ', '.');
      findings.push_back("its " + name + " names " + inQuotes(global));
    }
  } catch (const Error& error) {
    findings.push_back("its " + std::string(error.what()));
  }
  return findings;
}

}  // namespace kinetorch::formats

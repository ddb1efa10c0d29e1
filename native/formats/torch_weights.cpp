#include "native/formats/torch_weights.h"

#include <deque>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "native/formats/torch_tensors.h"

namespace kinetorch::formats {
namespace {

// Of a file. A module that is reached by two ways has its tensors twice, and counts twice with all that it holds.
constexpr size_t kMaxEntries = 200'000;
constexpr size_t kMaxAttributes = 1'000'000;
constexpr size_t kMaxName = 1000;
constexpr size_t kMaxNames = size_t{64} << 20;  // bytes
// A checkpoint's dicts, lists and objects in which state dicts are looked for, and how deep.
constexpr size_t kMaxContainers = 100'000;
constexpr size_t kMaxList = 16;
constexpr size_t kMaxPath = 1000;

using Members = std::vector<std::pair<PickleRef, PickleRef>>;

class TorchWeights final : public WeightFile {
 public:
  TorchWeights(TorchTensors tensors, bool isTorchScript) : tensors_(std::move(tensors)), tree_(tensors_.tree()) {
    if (isTorchScript) {
      if (tree_[tree_.root].kind != PickleKind::kObject) {
        tensors_.fail("expected a TorchScript module but received " + tree_.describe(tree_.root));
      }
      addModule("", tree_.root);
    } else {
      findSets();
    }
  }

  WeightTensor read(size_t set, size_t entry) override {
    return tensors_.read(sets_[set].entries[entry].name, refs_[set][entry]);
  }

 private:
  // From the outside in, so that the file's own come first.
  void findSets() {
    std::deque<std::pair<std::string, PickleRef>> waiting{{"", tree_.root}};
    std::unordered_set<PickleRef> seen{tree_.root};
    while (!waiting.empty()) {
      const auto [path, ref] = std::move(waiting.front());
      waiting.pop_front();
      const PickleValue& value = tree_[ref];
      if (isModule(ref)) {
        addModule(path, ref);
        continue;
      }
      addDict(path, value.members);
      const auto wait = [&, &outer = path](const std::string& key, PickleRef inner) {
        if (outer.size() + key.size() >= kMaxPath || seen.size() >= kMaxContainers) return;
        if (seen.insert(inner).second) waiting.emplace_back(outer.empty() ? key : outer + "." + key, inner);
      };
      for (const auto& [key, inner] : value.members) {
        if (isName(key) && isContainer(inner)) wait(tree_[key].text, inner);
      }
      if (value.kind != PickleKind::kTuple && value.kind != PickleKind::kList) continue;
      for (size_t i = 0; i < value.items.size() && i < kMaxList; ++i) {
        if (isContainer(value.items[i])) wait(std::to_string(i), value.items[i]);
      }
    }
    if (!sets_.empty()) return;
    if (!isContainer(tree_.root)) {
      tensors_.fail("expected a dict of tensors but received " + tree_.describe(tree_.root));
    }
    if (!unknown_.empty()) tensors_.fail("expected tensors but found none: " + unknown_);
  }

  bool isName(PickleRef ref) const {
    return tree_[ref].kind == PickleKind::kString && tree_[ref].text.size() <= kMaxName;
  }

  bool isContainer(PickleRef ref) const {
    const PickleValue& value = tree_[ref];
    return !value.members.empty() || value.kind == PickleKind::kDict || value.kind == PickleKind::kTuple ||
           value.kind == PickleKind::kList;
  }

  void addDict(const std::string& path, const Members& members) {
    bool holdsTensors = false;
    for (const auto& [key, value] : members) {
      if (!isName(key)) continue;
      holdsTensors = holdsTensors || tensors_.shapeOf(value).has_value();
      if (unknown_.empty() && tree_[value].kind == PickleKind::kCall) {
        unknown_ = "`" + tree_[key].text + "`, for one, is " + tree_.describe(value);
      }
    }
    if (!holdsTensors) return;
    std::vector<std::pair<std::string, PickleRef>> named;
    for (const auto& [key, value] : members) {
      if (isName(key)) keep(named, tree_[key].text, value);
    }
    addSet(path, named);
  }

  void keep(std::vector<std::pair<std::string, PickleRef>>& named, std::string name, PickleRef ref) {
    if (++entries_ > kMaxEntries) tensors_.fail("expected at most 200,000 tensors but there are more");
    chargeName(name);
    named.emplace_back(std::move(name), ref);
  }

  void chargeName(const std::string& name) {
    names_ += name.size();
    if (names_ > kMaxNames) tensors_.fail("expected names of at most 64 MiB together but there are more");
  }

  void chargeAttributes(size_t count) {
    attributes_ += count;
    if (attributes_ > kMaxAttributes) tensors_.fail("expected at most 1,000,000 attributes but there are more");
  }

  void addSet(const std::string& path, const std::vector<std::pair<std::string, PickleRef>>& named) {
    WeightSet& set = sets_.emplace_back();
    std::vector<PickleRef>& refs = refs_.emplace_back();
    set.path = path;
    for (const auto& [name, ref] : named) {
      std::optional<std::vector<int64_t>> shape = tensors_.shapeOf(ref);
      const bool isTensor = shape.has_value();
      set.entries.push_back({name, isTensor ? std::move(*shape) : std::vector<int64_t>(), isTensor});
      refs.push_back(ref);
    }
  }

  std::optional<PickleRef> member(PickleRef ref, const std::string& key) const {
    for (const auto& [name, value] : tree_[ref].members) {
      if (tree_[name].kind == PickleKind::kString && tree_[name].text == key) return value;
    }
    return std::nullopt;
  }

  // A whole module of Python's, of a class that nobody needs to know: its parameters are found all the same.
  bool isModule(PickleRef ref) const {
    return tree_[ref].kind == PickleKind::kObject && member(ref, "_modules") && member(ref, "_parameters");
  }

  // What a module's state dict takes from it: of a Python module its parameters, its buffers but those that are not
  // saved, and its modules; of a TorchScript one all attributes.
  Members partsOf(PickleRef module) {
    chargeAttributes(1 + tree_[module].members.size());
    if (!isModule(module)) return tree_[module].members;
    Members parts;
    std::unordered_set<std::string> left;
    if (const auto unsaved = member(module, "_non_persistent_buffers_set")) {
      chargeAttributes(elementsOf(*unsaved).size());
      for (const PickleRef name : elementsOf(*unsaved)) left.insert(tree_[name].text);
    }
    for (const char* kind : {"_parameters", "_buffers", "_modules"}) {
      const auto dict = member(module, kind);
      if (!dict) continue;
      chargeAttributes(tree_[*dict].members.size());
      for (const auto& part : tree_[*dict].members) {
        if (left.count(tree_[part.first].text) == 0) parts.push_back(part);
      }
    }
    return parts;
  }

  // Of a set, which before protocol 4 is a call with a list.
  const std::vector<PickleRef>& elementsOf(PickleRef set) const {
    if (tree_[set].kind != PickleKind::kCall) return tree_[set].items;
    const std::vector<PickleRef>& arguments = tree_[tree_[set].items[1]].items;
    return arguments.empty() ? arguments : tree_[arguments.front()].items;
  }

  // Whether a list, tuple or dict of a module's has a tensor somewhere in it: no entry of a state dict, but there.
  bool holdsTensor(PickleRef container) {
    std::vector<PickleRef> waiting{container};
    std::unordered_set<PickleRef> seen{container};
    while (!waiting.empty()) {
      const PickleRef ref = waiting.back();
      waiting.pop_back();
      const PickleValue& value = tree_[ref];
      chargeAttributes(value.items.size() + value.members.size());
      const auto visit = [&](PickleRef inner) {
        if (seen.insert(inner).second) waiting.push_back(inner);
      };
      if (tensors_.shapeOf(ref)) return true;
      for (const PickleRef item : value.items) visit(item);
      for (const auto& [key, member] : value.members) visit(member);
    }
    return false;
  }

  // The tensors of a module and of its modules, each by its path.
  void addModule(const std::string& path, PickleRef module) {
    std::vector<std::pair<std::string, PickleRef>> named;
    std::vector<std::pair<std::string, PickleRef>> waiting{{"", module}};
    while (!waiting.empty()) {
      const auto [prefix, ref] = std::move(waiting.back());
      waiting.pop_back();
      for (const auto& [key, value] : partsOf(ref)) {
        if (tree_[key].kind != PickleKind::kString) tensors_.fail("expected a module's attributes to have names");
        std::string name = prefix + tree_[key].text;
        if (name.size() > kMaxName) tensors_.fail("expected names of at most 1,000 bytes but received a longer one");
        if (tree_[value].kind == PickleKind::kObject) {
          chargeName(name);
          waiting.emplace_back(name + ".", value);
        } else if (tensors_.shapeOf(value) || holdsTensor(value)) {
          keep(named, std::move(name), value);
        }
      }
    }
    if (!named.empty()) addSet(path, named);
  }

  TorchTensors tensors_;
  const PickleTree& tree_;
  std::vector<std::vector<PickleRef>> refs_;  // of the sets' entries
  size_t entries_ = 0;
  size_t attributes_ = 0;  // looked at
  size_t names_ = 0;       // bytes
  std::string unknown_;    // of what a dict holds in place of a tensor, the first
};

}  // namespace

std::unique_ptr<WeightFile> weightsOf(TorchFile file, const std::string& label) {
  const bool isTorchScript = file.isTorchScript;
  return std::make_unique<TorchWeights>(TorchTensors(std::move(file), label), isTorchScript);
}

}  // namespace kinetorch::formats

#include "native/formats/pickle_machine.h"

#include <cstring>
#include <utility>

#include "native/runtime/error.h"

namespace kinetorch::formats {
namespace {

// A state dict of 10,000 tensors takes some 200,000 values.
constexpr size_t kMaxValues = 2'000'000;
constexpr size_t kMaxMarks = 1000;
constexpr char kOrderedDict[] = "collections OrderedDict";

// Whether it stands for what a function or class made, which nothing here knows anything of.
bool isMade(const PickleValue& value) { return value.kind == PickleKind::kCall || value.kind == PickleKind::kObject; }

// Whether it may be called for an object. PyTorch before 1.6 names the classes of modules in persistent ids.
bool isClass(const PickleValue& value) {
  return value.kind == PickleKind::kGlobal || value.kind == PickleKind::kPersistent || isMade(value);
}

}  // namespace

void PickleMachine::fail(const std::string& message) const {
  throw Error("ERR_WEIGHTS", label_ + ": " + message + " (byte " + std::to_string(position_) + " of the pickle)");
}

PickleTree PickleMachine::finish() {
  if (stack_.size() != 1 || !marks_.empty()) fail("expected the pickle to leave one value but it leaves others");
  tree_.root = stack_.back();
  return std::move(tree_);
}

const uint8_t* PickleMachine::bytes(uint64_t size) {
  if (size > pickle_.size() - position_) fail("expected " + std::to_string(size) + " more bytes but the pickle ends");
  const uint8_t* begin = pickle_.data() + position_;
  position_ += static_cast<size_t>(size);
  return begin;
}

uint64_t PickleMachine::number(size_t size) {
  const uint8_t* data = bytes(size);
  uint64_t value = 0;
  for (size_t i = size; i-- > 0;) value = value << 8 | data[i];
  return value;
}

// Of one that is longer than 8 bytes, such as the state of a random generator, only that it is there is kept.
int64_t PickleMachine::longInteger(uint64_t size) {
  if (size > 8) {
    bytes(size);
    return -1;
  }
  uint64_t value = number(static_cast<size_t>(size));
  if (size > 0 && size < 8 && (value >> (8 * size - 1) & 1) != 0) value |= ~uint64_t{0} << (8 * size);
  return static_cast<int64_t>(value);
}

double PickleMachine::bigEndianDouble() {
  const uint8_t* data = bytes(8);
  uint64_t bits = 0;
  for (int i = 0; i < 8; ++i) bits = bits << 8 | data[i];
  double value = 0;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

std::string PickleMachine::text(uint64_t size) {
  const uint8_t* data = bytes(size);
  return {reinterpret_cast<const char*>(data), static_cast<size_t>(size)};
}

std::string PickleMachine::line() {
  const auto begin = pickle_.begin() + static_cast<std::ptrdiff_t>(position_);
  std::string text;
  for (auto it = begin; it != pickle_.end() && text.size() <= 256; ++it) {
    if (*it == '\n') {
      position_ += text.size() + 1;
      return text;
    }
    text += static_cast<char>(*it);
  }
  fail("expected a global's name of at most 256 bytes and a line feed");
}

void PickleMachine::checkProtocol(uint64_t protocol) const {
  if (protocol < 2 || protocol > 5) {
    fail("expected pickle protocol 2 to 5 but received " + std::to_string(protocol));
  }
}

void PickleMachine::mark() {
  if (marks_.size() == kMaxMarks) fail("expected at most 1,000 open lists but there are more");
  marks_.push_back(stack_.size());
}

void PickleMachine::drop() {
  top();
  stack_.pop_back();
}

void PickleMachine::dropToMark() { popToMark(); }

void PickleMachine::duplicate() { pushRef(top()); }

PickleValue& PickleMachine::push(PickleKind kind) {
  if (tree_.values.size() == kMaxValues) fail("expected at most 2,000,000 values but there are more");
  tree_.values.emplace_back().kind = kind;
  pushRef(static_cast<PickleRef>(tree_.values.size() - 1));
  return tree_.values.back();
}

// Memo reads push without making a value, lists grow from the stack, one value has many memo keys: all are bounded so.
void PickleMachine::pushRef(PickleRef ref) {
  charge(1);
  stack_.push_back(ref);
}

void PickleMachine::charge(size_t operations) {
  pushed_ += operations;
  if (pushed_ > 4 * kMaxValues) fail("expected at most 8,000,000 stack operations but there are more");
}

PickleRef PickleMachine::top() const {
  if (stack_.size() <= floor()) fail("expected a value on the stack but it is empty");
  return stack_.back();
}

std::vector<PickleRef> PickleMachine::popFrom(size_t begin) {
  std::vector<PickleRef> refs(stack_.begin() + static_cast<std::ptrdiff_t>(begin), stack_.end());
  stack_.resize(begin);
  return refs;
}

std::vector<PickleRef> PickleMachine::popMany(size_t count) {
  if (stack_.size() - floor() < count) {
    fail("expected " + std::to_string(count) + " values on the stack but it has fewer");
  }
  return popFrom(stack_.size() - count);
}

std::vector<PickleRef> PickleMachine::popToMark() {
  if (marks_.empty()) fail("expected a mark on the stack but there is none");
  const size_t begin = marks_.back();
  marks_.pop_back();
  return popFrom(begin);
}

void PickleMachine::pushTuple(size_t size) {
  std::vector<PickleRef> items = popMany(size);
  push(PickleKind::kTuple).items = std::move(items);
}

void PickleMachine::pushToMark(PickleKind kind) {
  std::vector<PickleRef> items = popToMark();
  push(kind).items = std::move(items);
}

void PickleMachine::pushDictToMark() {
  const std::vector<PickleRef> items = popToMark();
  push(PickleKind::kDict);
  setItems(items);
}

void PickleMachine::pushGlobal(const std::string& module, const std::string& name) {
  push(PickleKind::kGlobal).text = module + " " + name;
}

void PickleMachine::pushNamedGlobal() {
  const std::vector<PickleRef> names = popMany(2);
  for (const PickleRef name : names) {
    if (tree_[name].kind != PickleKind::kString) fail("expected a global's name to be text");
  }
  pushGlobal(tree_[names[0]].text, tree_[names[1]].text);
}

void PickleMachine::pushPersistent() {
  std::vector<PickleRef> id = popMany(1);
  push(PickleKind::kPersistent).items = std::move(id);
}

void PickleMachine::append() { appendAll(PickleKind::kList, popMany(1)); }

void PickleMachine::appendToMark() { appendAll(PickleKind::kList, popToMark()); }

void PickleMachine::addItemsToMark() { appendAll(PickleKind::kSet, popToMark()); }

// Objects may be lists too, of classes of their own; their elements are of no use here.
void PickleMachine::appendAll(PickleKind kind, const std::vector<PickleRef>& items) {
  PickleValue& list = tree_.values[top()];
  if (isMade(list)) return;
  if (list.kind != kind) fail("expected a list or set to fill but found " + tree_.describe(top()));
  list.items.insert(list.items.end(), items.begin(), items.end());
}

void PickleMachine::setItem() { setItems(popMany(2)); }

void PickleMachine::setItemsToMark() { setItems(popToMark()); }

void PickleMachine::setItems(const std::vector<PickleRef>& items) {
  PickleValue& dict = tree_.values[top()];
  if (dict.kind != PickleKind::kDict && !isMade(dict)) {
    fail("expected a dict to fill but found " + tree_.describe(top()));
  }
  if (items.size() % 2 != 0) fail("expected keys and values in pairs but received an odd number");
  for (size_t i = 0; i < items.size(); i += 2) dict.members.emplace_back(items[i], items[i + 1]);
}

void PickleMachine::call() {
  std::vector<PickleRef> parts = popMany(2);
  const PickleValue& callee = tree_[parts[0]];
  if (!isClass(callee) || tree_[parts[1]].kind != PickleKind::kTuple) {
    fail("expected a call of a function with a tuple but received another");
  }
  if (callee.text == kOrderedDict) {
    pushOrderedDict(tree_[parts[1]].items);
  } else {
    push(PickleKind::kCall).items = std::move(parts);
  }
}

// Filled later; by Python 2 from a list of pairs.
void PickleMachine::pushOrderedDict(const std::vector<PickleRef>& arguments) {
  std::vector<PickleRef> members;
  if (arguments.size() > 1) fail("expected an OrderedDict of one list but received more");
  if (!arguments.empty()) {
    const std::vector<PickleRef>& pairs = tree_[arguments[0]].items;
    charge(pairs.size());
    for (const PickleRef pair : pairs) {
      const std::vector<PickleRef>& items = tree_[pair].items;
      if (items.size() != 2) fail("expected an OrderedDict of pairs but received otherwise");
      members.insert(members.end(), items.begin(), items.end());
    }
  }
  push(PickleKind::kDict);
  setItems(members);
}

void PickleMachine::newObject() {
  const std::vector<PickleRef> parts = popMany(2);
  makeObject(parts[0], parts[1]);
}

void PickleMachine::newObjectWithNames() {
  const std::vector<PickleRef> parts = popMany(3);
  makeObject(parts[0], parts[1]);
}

void PickleMachine::makeObject(PickleRef type, PickleRef arguments) {
  if (!isClass(tree_[type]) || tree_[arguments].kind != PickleKind::kTuple) {
    fail("expected an object of a class with a tuple but received another");
  }
  push(PickleKind::kObject).items = {type, arguments};
}

// The state of an object is its attributes, where it is a dict. So is that of an OrderedDict, among them the
// `_metadata` of a state dict: not its items, and of no use here.
void PickleMachine::build() {
  const std::vector<PickleRef> parts = popMany(2);
  PickleValue& value = tree_.values[parts[0]];
  if (!isMade(value) && value.kind != PickleKind::kDict) {
    fail("expected only a dict or an object to have attributes but " + tree_.describe(parts[0]) + " has");
  }
  if (parts[0] == parts[1]) fail("expected the attributes of an object but received the object itself");
  if (isMade(value)) {
    // Moved, or a hostile pickle could give one large state to many objects.
    const std::vector<std::pair<PickleRef, PickleRef>> state = std::exchange(tree_.values[parts[1]].members, {});
    value.members.insert(value.members.end(), state.begin(), state.end());
  }
  pushRef(parts[0]);
}

void PickleMachine::memoize(uint32_t key) {
  charge(1);
  memo_[key] = top();
}

void PickleMachine::memoizeNext() { memoize(static_cast<uint32_t>(memo_.size())); }

void PickleMachine::pushMemo(uint32_t key) {
  const auto found = memo_.find(key);
  if (found == memo_.end()) fail("expected memo " + std::to_string(key) + " to be set but it is not");
  pushRef(found->second);
}

}  // namespace kinetorch::formats

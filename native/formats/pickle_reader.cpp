#include "native/formats/pickle_reader.h"

#include <cstring>
#include <unordered_map>

#include "native/runtime/error.h"

namespace kinetorch::formats {
namespace {

// A state dict of 10,000 tensors takes some 200,000 values.
constexpr size_t kMaxValues = 2'000'000;
constexpr size_t kMaxMarks = 1000;
constexpr char kOrderedDict[] = "collections OrderedDict";

class PickleReader {
 public:
  PickleReader(const std::vector<uint8_t>& pickle, const std::function<bool(const std::string&)>& isAllowed,
               const std::string& label)
      : pickle_(pickle), isAllowed_(isAllowed), label_(label) {}

  PickleTree read() {
    while (!step()) {
    }
    if (stack_.size() != 1 || !marks_.empty()) fail("expected the pickle to leave one value but it leaves others");
    if (position_ != pickle_.size()) fail("expected the pickle to end with STOP but bytes follow");
    tree_.root = stack_.back();
    return std::move(tree_);
  }

 private:
  // Executes one opcode; true after STOP.
  bool step() {
    const uint8_t opcode = static_cast<uint8_t>(number(1));
    switch (opcode) {
      case 0x80: {  // PROTO
        const uint64_t protocol = number(1);
        if (protocol < 2 || protocol > 4)
          fail("expected pickle protocol 2 to 4 but received " + std::to_string(protocol));
        break;
      }
      case 0x95:  // FRAME
        number(8);
        break;
      case '.':  // STOP
        return true;
      case '(':  // MARK
        if (marks_.size() == kMaxMarks) fail("expected at most 1,000 open lists but there are more");
        marks_.push_back(stack_.size());
        break;
      case '0':  // POP
        pop();
        break;
      case 'N':
        push(PickleKind::kNone);
        break;
      case 0x88:  // NEWTRUE
      case 0x89:  // NEWFALSE
        push(PickleKind::kBool).integer = opcode == 0x88;
        break;
      case 'J':  // BININT
        push(PickleKind::kInt).integer = static_cast<int32_t>(number(4));
        break;
      case 'K':  // BININT1
        push(PickleKind::kInt).integer = static_cast<int64_t>(number(1));
        break;
      case 'M':  // BININT2
        push(PickleKind::kInt).integer = static_cast<int64_t>(number(2));
        break;
      case 0x8A:  // LONG1
        pushLong();
        break;
      case 'G':  // BINFLOAT
        pushFloat();
        break;
      case 'X':  // BINUNICODE
        pushString(number(4));
        break;
      case 0x8C:  // SHORT_BINUNICODE
        pushString(number(1));
        break;
      case ')':  // EMPTY_TUPLE
        push(PickleKind::kTuple);
        break;
      case 't':  // TUPLE
        pushTuple(popToMark());
        break;
      case 0x85:  // TUPLE1
      case 0x86:  // TUPLE2
      case 0x87:  // TUPLE3
        pushTuple(popMany(opcode - 0x84u));
        break;
      case ']':  // EMPTY_LIST
        push(PickleKind::kList);
        break;
      case 'a':  // APPEND
        append(popMany(1));
        break;
      case 'e':  // APPENDS
        append(popToMark());
        break;
      case '}':  // EMPTY_DICT
        push(PickleKind::kDict);
        break;
      case 's':  // SETITEM
        setItems(popMany(2));
        break;
      case 'u':  // SETITEMS
        setItems(popToMark());
        break;
      case 'c': {  // GLOBAL
        const std::string module = line();
        pushGlobal(module, line());
        break;
      }
      case 0x93: {  // STACK_GLOBAL
        const std::vector<PickleRef> names = popMany(2);
        for (const PickleRef name : names) {
          if (tree_[name].kind != PickleKind::kString) fail("expected a global's name to be text");
        }
        pushGlobal(tree_[names[0]].text, tree_[names[1]].text);
        break;
      }
      case 'R':  // REDUCE
        call(popMany(2));
        break;
      case 0x81:  // NEWOBJ
        newObject(popMany(2));
        break;
      case 'b':  // BUILD
        build(popMany(2));
        break;
      case 'Q': {  // BINPERSID
        std::vector<PickleRef> id = popMany(1);
        push(PickleKind::kPersistent).items = std::move(id);
        break;
      }
      case 'q':  // BINPUT
        memo_[static_cast<uint32_t>(number(1))] = top();
        break;
      case 'r':  // LONG_BINPUT
        memo_[static_cast<uint32_t>(number(4))] = top();
        break;
      case 0x94:  // MEMOIZE
        memo_[static_cast<uint32_t>(memo_.size())] = top();
        break;
      case 'h':  // BINGET
        pushMemo(static_cast<uint32_t>(number(1)));
        break;
      case 'j':  // LONG_BINGET
        pushMemo(static_cast<uint32_t>(number(4)));
        break;
      default:
        fail("expected the pickle opcodes that torch.save writes but received " + std::to_string(opcode));
    }
    return false;
  }

  [[noreturn]] void fail(const std::string& message) const {
    throw Error("ERR_WEIGHTS", label_ + ": " + message + " (byte " + std::to_string(position_) + " of the pickle)");
  }

  const uint8_t* bytes(uint64_t size) {
    if (size > pickle_.size() - position_) fail("expected " + std::to_string(size) + " more bytes but the pickle ends");
    const uint8_t* begin = pickle_.data() + position_;
    position_ += static_cast<size_t>(size);
    return begin;
  }
  // A little-endian number.
  uint64_t number(size_t size) {
    const uint8_t* data = bytes(size);
    uint64_t value = 0;
    for (size_t i = size; i-- > 0;) value = value << 8 | data[i];
    return value;
  }
  std::string line() {
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

  PickleValue& push(PickleKind kind) {
    if (tree_.values.size() == kMaxValues) fail("expected at most 2,000,000 values but there are more");
    tree_.values.emplace_back().kind = kind;
    pushRef(static_cast<PickleRef>(tree_.values.size() - 1));
    return tree_.values.back();
  }
  // Memo reads push without making a value, and lists grow from the stack: both are bounded by this.
  void pushRef(PickleRef ref) {
    if (++pushed_ > 4 * kMaxValues) fail("expected at most 8,000,000 stack operations but there are more");
    stack_.push_back(ref);
  }
  PickleRef top() const {
    if (stack_.size() <= floor()) fail("expected a value on the stack but it is empty");
    return stack_.back();
  }
  PickleRef pop() {
    const PickleRef ref = top();
    stack_.pop_back();
    return ref;
  }
  // No opcode but popToMark may take what lies below the last mark.
  size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
  std::vector<PickleRef> popFrom(size_t begin) {
    std::vector<PickleRef> refs(stack_.begin() + static_cast<std::ptrdiff_t>(begin), stack_.end());
    stack_.resize(begin);
    return refs;
  }
  std::vector<PickleRef> popMany(size_t count) {
    if (stack_.size() - floor() < count)
      fail("expected " + std::to_string(count) + " values on the stack but it has fewer");
    return popFrom(stack_.size() - count);
  }
  std::vector<PickleRef> popToMark() {
    if (marks_.empty()) fail("expected a mark on the stack but there is none");
    const size_t begin = marks_.back();
    marks_.pop_back();
    return popFrom(begin);
  }

  void pushLong() {
    const size_t size = number(1);
    if (size > 8) fail("expected integers of at most 8 bytes but received one of " + std::to_string(size));
    uint64_t value = number(size);
    if (size > 0 && size < 8 && (value >> (8 * size - 1) & 1) != 0) value |= ~uint64_t{0} << (8 * size);
    push(PickleKind::kInt).integer = static_cast<int64_t>(value);
  }
  void pushFloat() {
    const uint8_t* data = bytes(8);
    uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | data[i];
    std::memcpy(&push(PickleKind::kFloat).number, &value, sizeof(value));
  }
  void pushString(uint64_t size) {
    const uint8_t* data = bytes(size);
    push(PickleKind::kString).text.assign(reinterpret_cast<const char*>(data), static_cast<size_t>(size));
  }
  void pushTuple(std::vector<PickleRef> items) { push(PickleKind::kTuple).items = std::move(items); }
  void pushMemo(uint32_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) fail("expected memo " + std::to_string(key) + " to be set but it is not");
    pushRef(found->second);
  }
  void pushGlobal(const std::string& module, const std::string& name) {
    const std::string text = module + " " + name;
    if (text != kOrderedDict && !isAllowed_(text)) {
      fail("expected a file of tensors alone but it refers to `" + module + "." + name + "`, which is not loaded");
    }
    push(PickleKind::kGlobal).text = text;
  }

  void append(const std::vector<PickleRef>& items) {
    PickleValue& list = tree_.values[top()];
    if (list.kind != PickleKind::kList)
      fail(std::string("expected a list to append to but found ") + describeKind(list.kind));
    list.items.insert(list.items.end(), items.begin(), items.end());
  }
  void setItems(const std::vector<PickleRef>& items) {
    PickleValue& dict = tree_.values[top()];
    if (dict.kind != PickleKind::kDict)
      fail(std::string("expected a dict to fill but found ") + describeKind(dict.kind));
    if (items.size() % 2 != 0) fail("expected keys and values in pairs but received an odd number");
    for (size_t i = 0; i < items.size(); i += 2) dict.members.emplace_back(items[i], items[i + 1]);
  }
  void call(std::vector<PickleRef> parts) {
    const PickleValue& global = tree_[parts[0]];
    if (global.kind != PickleKind::kGlobal || tree_[parts[1]].kind != PickleKind::kTuple) {
      fail("expected a call of a global with a tuple but received another");
    }
    if (global.text == kOrderedDict) {
      if (!tree_[parts[1]].items.empty()) fail("expected an empty OrderedDict to be filled later");
      push(PickleKind::kDict);
      return;
    }
    push(PickleKind::kCall).items = std::move(parts);
  }
  void newObject(const std::vector<PickleRef>& parts) {
    if (tree_[parts[0]].kind != PickleKind::kGlobal || tree_[parts[1]].kind != PickleKind::kTuple) {
      fail("expected an object of a class with a tuple but received another");
    }
    push(PickleKind::kObject);
  }
  // The state of an object is its attributes. So is that of an OrderedDict, among them the `_metadata` of a state dict:
  // not its items, and of no use here.
  void build(const std::vector<PickleRef>& parts) {
    PickleValue& value = tree_.values[parts[0]];
    const bool isObject = value.kind == PickleKind::kObject;
    if ((!isObject && value.kind != PickleKind::kDict) || tree_[parts[1]].kind != PickleKind::kDict) {
      fail("expected only a dict or an object to have attributes but another value has");
    }
    // Moved, or a hostile pickle could give one large state to many objects.
    if (isObject) value.members = std::move(tree_.values[parts[1]].members);
    pushRef(parts[0]);
  }

  const std::vector<uint8_t>& pickle_;
  const std::function<bool(const std::string&)>& isAllowed_;
  const std::string& label_;
  size_t position_ = 0;
  size_t pushed_ = 0;
  PickleTree tree_;
  std::vector<PickleRef> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint32_t, PickleRef> memo_;
};

}  // namespace

PickleTree readPickle(const std::vector<uint8_t>& pickle, const std::function<bool(const std::string&)>& isAllowed,
                      const std::string& label) {
  return PickleReader(pickle, isAllowed, label).read();
}

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

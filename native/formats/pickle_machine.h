#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "native/formats/pickle_tree.h"

namespace kinetorch::formats {

// The stack machine that a pickle is a program for, with opcodes as methods: see readPickle for what it makes of them.
// Bounded in all it keeps; throws ERR_WEIGHTS for what Python would not write.
class PickleMachine {
 public:
  // Begins at `position` of `pickle`. Both must outlive it.
  PickleMachine(const std::vector<uint8_t>& pickle, size_t position, const std::string& label)
      : pickle_(pickle), label_(label), position_(position) {}

  // From the pickle's bytes, in their order.
  uint64_t number(size_t size);  // little-endian
  int64_t longInteger(uint64_t size);
  double bigEndianDouble();
  std::string text(uint64_t size);
  std::string line();

  void checkProtocol(uint64_t protocol) const;
  void mark();
  void drop();
  void dropToMark();
  void duplicate();
  PickleValue& push(PickleKind kind);
  void pushTuple(size_t size);
  void pushToMark(PickleKind kind);  // a tuple, list or set
  void pushDictToMark();
  void pushGlobal(const std::string& module, const std::string& name);
  void pushNamedGlobal();
  void pushPersistent();
  void append();
  void appendToMark();
  void setItem();
  void setItemsToMark();
  void addItemsToMark();
  void call();
  void newObject();
  void newObjectWithNames();
  void build();
  void memoize(uint32_t key);
  void memoizeNext();
  void pushMemo(uint32_t key);

  size_t position() const { return position_; }
  // The tree, once STOP has been read.
  PickleTree finish();
  [[noreturn]] void fail(const std::string& message) const;

 private:
  const uint8_t* bytes(uint64_t size);
  void pushRef(PickleRef ref);
  void charge(size_t operations);
  PickleRef top() const;
  // No opcode but those that pop to the mark may take what lies below the last one.
  size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
  std::vector<PickleRef> popFrom(size_t begin);
  std::vector<PickleRef> popMany(size_t count);
  std::vector<PickleRef> popToMark();
  void appendAll(PickleKind kind, const std::vector<PickleRef>& items);
  void pushOrderedDict(const std::vector<PickleRef>& arguments);
  void makeObject(PickleRef type, PickleRef arguments);
  void setItems(const std::vector<PickleRef>& items);

  const std::vector<uint8_t>& pickle_;
  const std::string& label_;
  size_t position_;
  size_t pushed_ = 0;
  PickleTree tree_;
  std::vector<PickleRef> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint32_t, PickleRef> memo_;
};

}  // namespace kinetorch::formats

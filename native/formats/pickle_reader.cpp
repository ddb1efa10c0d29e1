#include "native/formats/pickle_reader.h"

#include <array>

#include "native/formats/pickle_machine.h"
#include "native/runtime/error.h"

namespace kinetorch::formats {
namespace {

// Named as in Python's pickletools.
enum Opcode : uint8_t {
  kMark = '(',
  kEmptyTuple = ')',
  kStop = '.',
  kPop = '0',
  kPopMark = '1',
  kDup = '2',
  kBinBytes = 'B',
  kShortBinBytes = 'C',
  kBinFloat = 'G',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kBinPersId = 'Q',
  kReduce = 'R',
  kBinString = 'T',
  kShortBinString = 'U',
  kBinUnicode = 'X',
  kEmptyList = ']',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kDict = 'd',
  kAppends = 'e',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kList = 'l',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kSetItems = 'u',
  kEmptyDict = '}',
  kProto = 0x80,
  kNewObj = 0x81,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8A,
  kLong4 = 0x8B,
  kShortBinUnicode = 0x8C,
  kBinUnicode8 = 0x8D,
  kBinBytes8 = 0x8E,
  kEmptySet = 0x8F,
  kAddItems = 0x90,
  kFrozenSet = 0x91,
  kNewObjEx = 0x92,
  kStackGlobal = 0x93,
  kMemoize = 0x94,
  kFrame = 0x95,
  kByteArray8 = 0x96,
};

struct Instruction {
  Opcode opcode;
  void (*run)(PickleMachine&);
};

void pushInteger(PickleMachine& machine, int64_t value) { machine.push(PickleKind::kInt).integer = value; }

void pushText(PickleMachine& machine, PickleKind kind, size_t sizeBytes) {
  std::string text = machine.text(machine.number(sizeBytes));
  machine.push(kind).text = std::move(text);
}

uint32_t key(PickleMachine& machine, size_t size) { return static_cast<uint32_t>(machine.number(size)); }

// All but STOP.
constexpr Instruction kInstructions[] = {
    {kProto, [](PickleMachine& m) { m.checkProtocol(m.number(1)); }},
    {kFrame, [](PickleMachine& m) { m.number(8); }},
    {kMark, [](PickleMachine& m) { m.mark(); }},
    {kPop, [](PickleMachine& m) { m.drop(); }},
    {kPopMark, [](PickleMachine& m) { m.dropToMark(); }},
    {kDup, [](PickleMachine& m) { m.duplicate(); }},

    {kNone, [](PickleMachine& m) { m.push(PickleKind::kNone); }},
    {kNewTrue, [](PickleMachine& m) { m.push(PickleKind::kBool).integer = 1; }},
    {kNewFalse, [](PickleMachine& m) { m.push(PickleKind::kBool); }},
    {kBinInt, [](PickleMachine& m) { pushInteger(m, static_cast<int32_t>(m.number(4))); }},
    {kBinInt1, [](PickleMachine& m) { pushInteger(m, static_cast<int64_t>(m.number(1))); }},
    {kBinInt2, [](PickleMachine& m) { pushInteger(m, static_cast<int64_t>(m.number(2))); }},
    {kLong1, [](PickleMachine& m) { pushInteger(m, m.longInteger(m.number(1))); }},
    {kLong4, [](PickleMachine& m) { pushInteger(m, m.longInteger(m.number(4))); }},
    {kBinFloat,
     [](PickleMachine& m) {
       const double value = m.bigEndianDouble();
       m.push(PickleKind::kFloat).number = value;
     }},
    {kBinUnicode, [](PickleMachine& m) { pushText(m, PickleKind::kString, 4); }},
    {kShortBinUnicode, [](PickleMachine& m) { pushText(m, PickleKind::kString, 1); }},
    {kBinUnicode8, [](PickleMachine& m) { pushText(m, PickleKind::kString, 8); }},
    // Python 2's texts.
    {kBinString, [](PickleMachine& m) { pushText(m, PickleKind::kString, 4); }},
    {kShortBinString, [](PickleMachine& m) { pushText(m, PickleKind::kString, 1); }},
    {kBinBytes, [](PickleMachine& m) { pushText(m, PickleKind::kBytes, 4); }},
    {kShortBinBytes, [](PickleMachine& m) { pushText(m, PickleKind::kBytes, 1); }},
    {kBinBytes8, [](PickleMachine& m) { pushText(m, PickleKind::kBytes, 8); }},
    {kByteArray8, [](PickleMachine& m) { pushText(m, PickleKind::kBytes, 8); }},

    {kEmptyTuple, [](PickleMachine& m) { m.push(PickleKind::kTuple); }},
    {kTuple1, [](PickleMachine& m) { m.pushTuple(1); }},
    {kTuple2, [](PickleMachine& m) { m.pushTuple(2); }},
    {kTuple3, [](PickleMachine& m) { m.pushTuple(3); }},
    {kTuple, [](PickleMachine& m) { m.pushToMark(PickleKind::kTuple); }},
    {kEmptyList, [](PickleMachine& m) { m.push(PickleKind::kList); }},
    {kAppend, [](PickleMachine& m) { m.append(); }},
    {kAppends, [](PickleMachine& m) { m.appendToMark(); }},
    {kList, [](PickleMachine& m) { m.pushToMark(PickleKind::kList); }},
    {kEmptySet, [](PickleMachine& m) { m.push(PickleKind::kSet); }},
    {kAddItems, [](PickleMachine& m) { m.addItemsToMark(); }},
    {kFrozenSet, [](PickleMachine& m) { m.pushToMark(PickleKind::kSet); }},
    {kDict, [](PickleMachine& m) { m.pushDictToMark(); }},
    {kEmptyDict, [](PickleMachine& m) { m.push(PickleKind::kDict); }},
    {kSetItem, [](PickleMachine& m) { m.setItem(); }},
    {kSetItems, [](PickleMachine& m) { m.setItemsToMark(); }},

    {kGlobal,
     [](PickleMachine& m) {
       const std::string module = m.line();
       m.pushGlobal(module, m.line());
     }},
    {kStackGlobal, [](PickleMachine& m) { m.pushNamedGlobal(); }},
    {kReduce, [](PickleMachine& m) { m.call(); }},
    {kNewObj, [](PickleMachine& m) { m.newObject(); }},
    {kNewObjEx, [](PickleMachine& m) { m.newObjectWithNames(); }},
    {kBuild, [](PickleMachine& m) { m.build(); }},
    {kBinPersId, [](PickleMachine& m) { m.pushPersistent(); }},

    {kBinPut, [](PickleMachine& m) { m.memoize(key(m, 1)); }},
    {kLongBinPut, [](PickleMachine& m) { m.memoize(key(m, 4)); }},
    {kMemoize, [](PickleMachine& m) { m.memoizeNext(); }},
    {kBinGet, [](PickleMachine& m) { m.pushMemo(key(m, 1)); }},
    {kLongBinGet, [](PickleMachine& m) { m.pushMemo(key(m, 4)); }},
};

using RunByOpcode = std::array<void (*)(PickleMachine&), 256>;

constexpr RunByOpcode runByOpcode() {
  RunByOpcode table{};
  for (const Instruction& instruction : kInstructions) table[instruction.opcode] = instruction.run;
  return table;
}

}  // namespace

PickleTree readPickleAt(const std::vector<uint8_t>& bytes, size_t& position, const std::string& label) {
  static constexpr RunByOpcode kRun = runByOpcode();
  PickleMachine machine(bytes, position, label);
  for (;;) {
    const auto opcode = static_cast<uint8_t>(machine.number(1));
    if (opcode == kStop) {
      position = machine.position();
      return machine.finish();
    }
    if (kRun[opcode] == nullptr) {
      machine.fail("expected opcodes of Python's pickles but received " + std::to_string(opcode));
    }
    kRun[opcode](machine);
  }
}

PickleTree readPickle(const std::vector<uint8_t>& pickle, const std::string& label) {
  size_t position = 0;
  PickleTree tree = readPickleAt(pickle, position, label);
  if (position != pickle.size()) {
    throw Error("ERR_WEIGHTS", label + ": expected the pickle to end with STOP but bytes follow (byte " +
                                   std::to_string(position) + " of the pickle)");
  }
  return tree;
}

}  // namespace kinetorch::formats

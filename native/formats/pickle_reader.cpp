#include "native/formats/pickle_reader.h"

#include <array>

#include "native/formats/pickle_machine.h"

namespace kinetorch::formats {
namespace {

// Named as in Python's pickletools.
enum Opcode : uint8_t {
  kMark = '(',
  kEmptyTuple = ')',
  kStop = '.',
  kPop = '0',
  kBinFloat = 'G',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kBinPersId = 'Q',
  kReduce = 'R',
  kBinUnicode = 'X',
  kEmptyList = ']',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kAppends = 'e',
  kBinGet = 'h',
  kLongBinGet = 'j',
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
  kShortBinUnicode = 0x8C,
  kStackGlobal = 0x93,
  kMemoize = 0x94,
  kFrame = 0x95,
};

struct Instruction {
  Opcode opcode;
  void (*run)(PickleMachine&);
};

void pushInteger(PickleMachine& machine, int64_t value) { machine.push(PickleKind::kInt).integer = value; }

void pushText(PickleMachine& machine, uint64_t size) {
  std::string text = machine.text(size);
  machine.push(PickleKind::kString).text = std::move(text);
}

uint32_t key(PickleMachine& machine, size_t size) { return static_cast<uint32_t>(machine.number(size)); }

// All but STOP.
constexpr Instruction kInstructions[] = {
    {kProto, [](PickleMachine& m) { m.checkProtocol(m.number(1)); }},
    {kFrame, [](PickleMachine& m) { m.number(8); }},
    {kMark, [](PickleMachine& m) { m.mark(); }},
    {kPop, [](PickleMachine& m) { m.drop(); }},

    {kNone, [](PickleMachine& m) { m.push(PickleKind::kNone); }},
    {kNewTrue, [](PickleMachine& m) { m.push(PickleKind::kBool).integer = 1; }},
    {kNewFalse, [](PickleMachine& m) { m.push(PickleKind::kBool); }},
    {kBinInt, [](PickleMachine& m) { pushInteger(m, static_cast<int32_t>(m.number(4))); }},
    {kBinInt1, [](PickleMachine& m) { pushInteger(m, static_cast<int64_t>(m.number(1))); }},
    {kBinInt2, [](PickleMachine& m) { pushInteger(m, static_cast<int64_t>(m.number(2))); }},
    {kLong1, [](PickleMachine& m) { pushInteger(m, m.longInteger()); }},
    {kBinFloat,
     [](PickleMachine& m) {
       const double value = m.bigEndianDouble();
       m.push(PickleKind::kFloat).number = value;
     }},
    {kBinUnicode, [](PickleMachine& m) { pushText(m, m.number(4)); }},
    {kShortBinUnicode, [](PickleMachine& m) { pushText(m, m.number(1)); }},

    {kEmptyTuple, [](PickleMachine& m) { m.push(PickleKind::kTuple); }},
    {kTuple1, [](PickleMachine& m) { m.pushTuple(1); }},
    {kTuple2, [](PickleMachine& m) { m.pushTuple(2); }},
    {kTuple3, [](PickleMachine& m) { m.pushTuple(3); }},
    {kTuple, [](PickleMachine& m) { m.pushTupleToMark(); }},
    {kEmptyList, [](PickleMachine& m) { m.push(PickleKind::kList); }},
    {kAppend, [](PickleMachine& m) { m.append(); }},
    {kAppends, [](PickleMachine& m) { m.appendToMark(); }},
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

PickleTree readPickle(const std::vector<uint8_t>& pickle, const std::function<bool(const std::string&)>& isAllowed,
                      const std::string& label) {
  static constexpr RunByOpcode kRun = runByOpcode();
  PickleMachine machine(pickle, isAllowed, label);
  for (;;) {
    const auto opcode = static_cast<uint8_t>(machine.number(1));
    if (opcode == kStop) return machine.finish();
    if (kRun[opcode] == nullptr) {
      machine.fail("expected the pickle opcodes that torch.save writes but received " + std::to_string(opcode));
    }
    kRun[opcode](machine);
  }
}

}  // namespace kinetorch::formats

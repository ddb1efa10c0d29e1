#include "native/runtime/interpreter_message.h"

#include <algorithm>
#include <vector>

namespace kinetorch {
namespace {

constexpr size_t kMaxReason = 300;
constexpr size_t kMaxLine = 100;
// How the interpreter marks the code that an entry of its call stack is about.
constexpr char kMarked[] = "<--- HERE";
constexpr char kNameCharacters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";
constexpr char kBuiltins[] = "builtins.";

std::string trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin);
}

// Not in the middle of a character.
std::string cut(const std::string& text, size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  return text.substr(0, size) + "…";
}

std::string before(const std::string& text, const char* end) { return text.substr(0, text.find(end)); }

std::vector<std::string> linesOf(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// `  File "…/net.py", line 7, in forward` -> net.py, line 7
std::string placeOf(const std::string& line) {
  const size_t name = line.find('"') + 1;
  const size_t end = line.find('"', name);
  if (name == 0 || end == std::string::npos) return "";
  const std::string path = line.substr(name, end - name);
  const std::string rest = line.substr(end + 1);  // `, line 7, in forward`
  return path.substr(path.find_last_of("/\\") + 1) + rest.substr(0, rest.find(", in "));
}

// Where the innermost call of a stack stands, and what is written there; empty where it is not known.
std::string codeLine(const std::string& stack) {
  const std::vector<std::string> lines = linesOf(stack);
  std::string place;
  std::string code;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (trimmed(lines[i]).rfind("File \"", 0) == 0) place = placeOf(lines[i]);
    if (i > 0 && lines[i].find(kMarked) != std::string::npos) code = trimmed(lines[i - 1]);
  }
  if (place.empty()) return cut(code, kMaxLine);
  return place + (code.empty() ? "" : ": " + cut(code, kMaxLine));
}

// `RuntimeError: …`, which stands at the beginning of a line, behind what is left of the code that was marked.
std::string reasonIn(const std::string& text) {
  size_t begin = 0;
  for (const std::string& line : linesOf(text)) {
    const size_t name = line.find_first_not_of(kNameCharacters);
    if (name != 0 && name != std::string::npos && line.compare(name, 2, ": ") == 0) {
      const std::string found = text.substr(begin);
      return found.rfind(kBuiltins, 0) == 0 ? found.substr(sizeof(kBuiltins) - 1) : found;
    }
    begin += line.size() + 1;
  }
  return text;
}

}  // namespace

std::string shortMessage(const std::string& message) {
  const size_t mark = message.rfind(kMarked);
  const bool isTraced = mark != std::string::npos && message.find("Traceback of TorchScript") < mark;
  std::string reason = isTraced ? reasonIn(message.substr(mark + sizeof(kMarked) - 1)) : message;
  reason = before(before(reason, "\nException raised from "), "\nframe #0:");
  reason = cut(trimmed(reason), kMaxReason);
  const std::string line = isTraced ? codeLine(message.substr(0, mark + sizeof(kMarked) - 1)) : "";
  return line.empty() ? reason : reason + " (" + line + ")";
}

}  // namespace kinetorch

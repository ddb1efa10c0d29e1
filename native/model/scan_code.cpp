#include "native/model/scan_code.h"

#include <ATen/core/symbol.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "native/formats/code_tokens.h"
#include "native/model/known_operators.h"

namespace kinetorch::model {
namespace {

constexpr std::string_view kCustomClasses = "__torch__.torch.classes";
// Names are LibTorch's own only up to this; and findings are for people to read.
constexpr size_t kLongestOperator = 64;
constexpr size_t kMostFindings = 100;

bool isName(std::string_view token) {
  return !token.empty() && (token[0] == '_' || std::isalpha(static_cast<unsigned char>(token[0])) != 0);
}

bool isWord(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
  });
}

bool isText(std::string_view token) { return token.size() > 1 && (token[0] == '"' || token[0] == '\''); }

class CodeScan {
 public:
  CodeScan(std::string_view code, const std::string& module) : tokens_(code), module_(module) {}

  std::vector<std::string> run() {
    for (std::string_view token = tokens_.next(); !token.empty(); token = tokens_.next()) {
      if (isName(token) && before_ == ".") {
        checkAttribute(token);
      } else if (isName(token)) {
        checkName(token);
      }
      before_ = token;
    }
    return std::move(findings_);
  }

 private:
  void checkName(std::string_view name) {
    if (name == "class") {
      class_ = tokens_.next();
      method_.clear();
    } else if (name == "def") {
      method_ = tokens_.next();
      functions_.clear();
    } else if (name == "torch") {
      checkTorch();
    } else if (name == "ops") {
      checkOps();
    } else if (name == "__torch__") {
      checkOwn();
    } else if (name == "getattr") {
      checkGetattr();
    } else if (tokens_.peek() == "=") {
      checkAssigned(name);
    } else if (tokens_.peek() == "(" && !isKnownFunction(name) && functions_.count(name) == 0) {
      found("calls " + std::string(name));
    }
  }

  // LibTorch writes `_0 = __torch__.some.function` before it calls `_0`.
  void checkAssigned(std::string_view name) {
    formats::CodeTokens ahead = tokens_;
    ahead.next();
    if (ahead.peek() == "=") return;  // a comparison
    if (ahead.peek() == "__torch__" && before_ != "," && before_ != "(") {
      functions_.insert(name);
    } else if (functions_.count(name) > 0) {
      found("gives " + std::string(name) + " two meanings");
    }
  }

  // The name behind a dot that follows; empty where none does.
  std::string_view member() {
    if (tokens_.peek() != ".") return {};
    tokens_.next();
    return isName(tokens_.peek()) ? tokens_.next() : std::string_view();
  }

  void checkTorch() {
    const std::string_view name = member();
    if (name.empty()) {
      found("takes torch as a value");
    } else if (!isKnownOperator(name)) {
      found("calls torch." + std::string(name));
    }
  }

  void checkOps() {
    const std::string space(member());
    const std::string name(member());
    const bool isKnown = (space == "aten" && isKnownOperator(name)) || (space == "prim" && isKnownPrimitive(name));
    if (!isKnown) found("calls ops." + space + "." + name);
  }

  // A class or function of the archive's own.
  void checkOwn() {
    std::string path = "__torch__";
    for (std::string_view name = member(); !name.empty(); name = member()) path += "." + std::string(name);
    if (path.rfind(kCustomClasses, 0) == 0) found("names " + path);
  }

  // getattr(value, "name") is value.name.
  void checkGetattr() {
    formats::CodeTokens ahead = tokens_;
    std::string name;
    size_t depth = 0;
    for (std::string_view token = ahead.next(); !token.empty(); token = ahead.next()) {
      if (token == "(") ++depth;
      if (token == ")" && --depth == 0) break;
      if (depth == 0) break;
      if (depth == 1 && isText(token)) name += token.substr(1, token.size() - 2);
    }
    if (isWord(name)) {
      checkAttribute(name);
    } else {
      found("calls getattr with a name that is none");
    }
  }

  void checkAttribute(std::string_view name) {
    if (isKnownOperator(name) || name.size() > kLongestOperator) return;
    const auto symbol = c10::Symbol::fromQualString("aten::" + std::string(name));
    if (!torch::jit::getAllOperatorsFor(symbol).empty()) found("calls " + std::string(name));
  }

  void found(const std::string& what) {
    if (findings_.size() == kMostFindings) return;
    std::string place = module_;
    for (const std::string& part : {class_, method_}) place += part.empty() ? "" : "." + part;
    findings_.push_back(what + " in " + place);
  }

  formats::CodeTokens tokens_;
  const std::string& module_;
  std::string_view before_;               // the token
  std::string class_, method_;            // that it is in
  std::set<std::string_view> functions_;  // of the archive, by the names that the method gives them
  std::vector<std::string> findings_;
};

}  // namespace

std::vector<std::string> scanCode(std::string_view code, const std::string& module) {
  return CodeScan(code, module).run();
}

}  // namespace kinetorch::model

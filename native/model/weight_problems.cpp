#include "native/model/weight_problems.h"

#include <algorithm>
#include <sstream>

namespace kinetorch::model {
namespace {

// Problems of one sort beyond this many are counted instead of named.
constexpr size_t kMaxNamed = 5;

std::string textOf(const std::vector<int64_t>& shape) {
  std::ostringstream text;
  for (size_t i = 0; i < shape.size(); ++i) text << (i ? ", " : "[") << shape[i];
  return shape.empty() ? "[]" : text.str() + "]";
}

void report(std::string& message, const char* what, const std::vector<std::string>& names) {
  if (names.empty()) return;
  message += message.empty() ? what : std::string("; ") + what;
  message += " (" + std::to_string(names.size()) + "): ";
  for (size_t i = 0; i < std::min(names.size(), kMaxNamed); ++i) message += (i ? ", " : "") + names[i];
  if (names.size() > kMaxNamed) message += ", …";
}

}  // namespace

void WeightProblems::addMisshapen(const std::string& name, const std::vector<int64_t>& expected,
                                  const std::vector<int64_t>& received) {
  misshapen.push_back(name + " expected " + textOf(expected) + " but received " + textOf(received));
}

std::string WeightProblems::text() const {
  std::string message;
  report(message, "missing tensors", missing);
  report(message, "unexpected tensors", unexpected);
  report(message, "wrong shapes", misshapen);
  report(message, "tensors that are there twice", twice);
  return message;
}

}  // namespace kinetorch::model

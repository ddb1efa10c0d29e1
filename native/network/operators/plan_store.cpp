#include "native/network/operators/plan_store.h"

#include <torch/version.h>

#include <fstream>
#include <functional>
#include <sstream>
#include <utility>

#include "native/runtime/atomic_file.h"
#include "native/runtime/error.h"
#include "native/simd/targets.h"

namespace kinetorch::network {
namespace {

// Of what the stored figures mean, and of the kernels that they were measured with; another number leaves older files
// alone.
constexpr int kFormat = 2;
constexpr const char* kLibrary = "library";
constexpr const char* kYes = "yes";
constexpr const char* kNo = "no";
const std::pair<const char*, kernels::ConvAlgorithm> kNames[] = {{"direct", kernels::ConvAlgorithm::kDirect},
                                                                 {"winograd2", kernels::ConvAlgorithm::kWinograd2},
                                                                 {"winograd4", kernels::ConvAlgorithm::kWinograd4},
                                                                 {"depthwise", kernels::ConvAlgorithm::kDepthwise}};

std::string textOf(const PlanStore::Plan& plan) {
  if (!plan) return kLibrary;
  std::ostringstream text;
  for (const auto& [name, algorithm] : kNames) {
    if (algorithm == plan->algorithm) text << name;
  }
  text << ' ' << plan->tileRows << ' ' << plan->channelBlock << ' ' << plan->shareInput << ' ' << plan->streamOutput;
  return text.str();
}

// Null where the text is no plan, or one of a size that no measurement would have given.
std::optional<PlanStore::Plan> planFrom(const std::string& text) {
  if (text == kLibrary) return PlanStore::Plan();
  std::istringstream words(text);
  std::string word;
  kernels::ConvPlan plan;
  words >> word >> plan.tileRows >> plan.channelBlock >> plan.shareInput >> plan.streamOutput;
  if (words.fail()) return std::nullopt;
  constexpr int64_t kMost = 1 << 20;
  if (plan.tileRows < 1 || plan.tileRows > kMost || plan.channelBlock < 1 || plan.channelBlock > kMost) {
    return std::nullopt;
  }
  for (const auto& [name, algorithm] : kNames) {
    if (word != name) continue;
    plan.algorithm = algorithm;
    return PlanStore::Plan(plan);
  }
  return std::nullopt;
}

std::string processorModel() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) == 0) return line;
  }
  return "";
}

}  // namespace

PlanStore::PlanStore(std::string path) : path_(std::move(path)) { read(); }

const PlanStore::Plan* PlanStore::find(const std::string& key) const {
  const auto found = plans_.find(key);
  return found == plans_.end() ? nullptr : &found->second;
}

void PlanStore::put(const std::string& key, const Plan& plan) {
  plans_[key] = plan;
  changed_ = true;
}

std::optional<bool> PlanStore::findDecision(const std::string& key) const {
  const auto found = decisions_.find(key);
  return found == decisions_.end() ? std::nullopt : std::optional<bool>(found->second);
}

void PlanStore::putDecision(const std::string& key, bool yes) {
  decisions_[key] = yes;
  changed_ = true;
}

void PlanStore::save() {
  if (path_.empty() || !changed_) return;
  read();  // what others have measured meanwhile
  std::string text;
  for (const auto& [key, plan] : plans_) text += key + '\t' + textOf(plan) + '\n';
  for (const auto& [key, yes] : decisions_) text += key + '\t' + (yes ? kYes : kNo) + '\n';
  try {
    writeFileAtomically(path_, text.data(), text.size());
    changed_ = false;
  } catch (const Error&) {
    // It is measured again next time.
  }
}

void PlanStore::read() {
  if (path_.empty()) return;
  std::ifstream file(path_);
  for (std::string line; std::getline(file, line);) {
    const size_t tab = line.find('\t');
    if (tab == std::string::npos) continue;
    const std::string key = line.substr(0, tab);
    const std::string value = line.substr(tab + 1);
    if (value == kYes || value == kNo) decisions_.emplace(key, value == kYes);
    if (const auto plan = planFrom(value)) plans_.emplace(key, *plan);
  }
}

std::string planFileName() {
  std::ostringstream name;
  const std::string machine = processorModel() + '\n' + simd::targetNames().front() + '\n' + TORCH_VERSION;
  name << "plans-" << kFormat << '-' << std::hex << std::hash<std::string>()(machine) << ".txt";
  return name.str();
}

}  // namespace kinetorch::network

#include "native/network/operators/plan_store.h"

#include <torch/version.h>

#include <algorithm>
#include <array>
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
constexpr int kFormat = 3;
constexpr const char* kLibrary = "library";
constexpr std::array<const char*, 3> kSharings{"layers", "parts", "clips"};  // as in BatchSharing

std::string textOf(const ConvChoice& choice) {
  if (!choice) return kLibrary;
  std::ostringstream text;
  text << kernels::nameOf(choice->elementKind) << ' ' << kernels::nameOf(choice->algorithm) << ' ' << choice->tileRows
       << ' ' << choice->channelBlock << ' ' << choice->shareInput << ' ' << choice->streamOutput;
  return text.str();
}

// Null where none of `all` has that name.
template <typename Kind, size_t kCount>
const Kind* named(const std::string& name, const std::array<Kind, kCount>& all) {
  const auto found = std::find_if(all.begin(), all.end(), [&](Kind each) { return name == kernels::nameOf(each); });
  return found == all.end() ? nullptr : &*found;
}

// Null where the text is no choice, or a plan of a size that no measurement would have given.
std::optional<ConvChoice> choiceFrom(const std::string& text) {
  if (text == kLibrary) return ConvChoice();
  std::istringstream words(text);
  std::string elementKind;
  std::string algorithm;
  kernels::ConvPlan plan;
  words >> elementKind >> algorithm >> plan.tileRows >> plan.channelBlock >> plan.shareInput >> plan.streamOutput;
  const auto* const knownKind = named(elementKind, kernels::kElementKinds);
  const auto* const knownAlgorithm = named(algorithm, kernels::kConvAlgorithms);
  if (words.fail() || !knownKind || !knownAlgorithm) return std::nullopt;
  constexpr int64_t kMost = 1 << 20;
  if (plan.tileRows < 1 || plan.tileRows > kMost || plan.channelBlock < 1 || plan.channelBlock > kMost) {
    return std::nullopt;
  }
  plan.elementKind = *knownKind;
  plan.algorithm = *knownAlgorithm;
  return ConvChoice(plan);
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

const ConvChoice* PlanStore::find(const std::string& key) const {
  const auto found = choices_.find(key);
  return found == choices_.end() ? nullptr : &found->second;
}

void PlanStore::put(const std::string& key, const ConvChoice& choice) {
  choices_[key] = choice;
  changed_ = true;
}

std::optional<BatchSharing> PlanStore::findSharing(const std::string& key) const {
  const auto found = sharings_.find(key);
  return found == sharings_.end() ? std::nullopt : std::optional<BatchSharing>(found->second);
}

void PlanStore::putSharing(const std::string& key, BatchSharing sharing) {
  sharings_[key] = sharing;
  changed_ = true;
}

void PlanStore::save() {
  if (path_.empty() || !changed_) return;
  read();  // what others have measured meanwhile
  std::string text;
  for (const auto& [key, choice] : choices_) text += key + '\t' + textOf(choice) + '\n';
  for (const auto& [key, sharing] : sharings_) text += key + '\t' + kSharings[static_cast<size_t>(sharing)] + '\n';
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
    const auto* const sharing = std::find(kSharings.begin(), kSharings.end(), value);
    if (sharing != kSharings.end()) sharings_.emplace(key, static_cast<BatchSharing>(sharing - kSharings.begin()));
    if (const auto choice = choiceFrom(value)) choices_.emplace(key, *choice);
  }
}

std::string planFileName() {
  std::ostringstream name;
  const std::string machine = processorModel() + '\n' + simd::targetNames().front() + '\n' + TORCH_VERSION;
  name << "plans-" << kFormat << '-' << std::hex << std::hash<std::string>()(machine) << ".txt";
  return name.str();
}

}  // namespace kinetorch::network

#include "native/model/fit_weights.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "native/model/inflate_kernel.h"
#include "native/model/weight_problems.h"
#include "native/runtime/error.h"

namespace kinetorch::model {
namespace {

// Of a name in which the network's is looked for, and of the beginnings that are tried, each with all names: a hostile
// file has as many as it likes.
constexpr std::ptrdiff_t kMaxDots = 32;
constexpr size_t kMaxBeginnings = 32;
// The last one is around a convolution that features are shifted before, in the code of TSM.
constexpr std::array kWrappers{"module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "net"};
// What a network for pictures lacks beside the head: what frames' vectors go through on video, see frame_cnn.h.
constexpr char kOverTime[] = "pool";
// Keys under which training scripts keep the model itself, and words in those for an average of it.
constexpr std::array kModelKeys{"state_dict", "model_state_dict", "model_state", "model", "module", "network", "net"};
constexpr std::array kAverageWords{"ema", "swa", "average", "averaged", "avg", "shadow"};

template <typename List>
bool contains(const List& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::vector<std::string> split(const std::string& text, const char* separators) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find_first_of(separators, begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

bool endsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool isWithin(const std::string& name, const std::string& module) {
  return name.compare(0, module.size() + 1, module + ".") == 0;
}

std::string withoutWrappers(const std::string& name) {
  std::string bare;
  for (const std::string& part : split(name, ".")) {
    if (!contains(kWrappers, part)) bare += (bare.empty() ? "" : ".") + part;
  }
  return bare;
}

// One set, read with one beginning of its names.
struct Candidate {
  WeightFit fit;
  std::string path;      // of set and beginning together
  std::string problems;  // none where it fits
};

// What a set has after a beginning, without wrappers' names.
struct NamedEntry {
  std::string name;
  size_t index;
  const formats::WeightEntry& entry;
};

std::vector<NamedEntry> entriesAfter(const std::string& beginning, const formats::WeightSet& set) {
  std::vector<NamedEntry> entries;
  for (size_t i = 0; i < set.entries.size(); ++i) {
    const formats::WeightEntry& entry = set.entries[i];
    if (entry.name.compare(0, beginning.size(), beginning) != 0) continue;
    entries.push_back({withoutWrappers(entry.name.substr(beginning.size())), i, entry});
  }
  return entries;
}

// Whether these are a picture network's, without a head of the classes and the width that are wanted.
bool lacksPictureHead(const std::vector<NamedEntry>& entries, const WantedWeights& wanted) {
  bool isPictures = false;
  bool hasHead = false;
  bool headFits = true;
  for (const NamedEntry& each : entries) {
    const auto target = wanted.shapes.find(each.name);
    if (target == wanted.shapes.end()) continue;
    isPictures = isPictures || inflatesTo(each.entry.shape, target->second);
    if (!isWithin(each.name, wanted.head)) continue;
    hasHead = true;
    headFits = headFits && each.entry.shape == target->second;
  }
  return isPictures && !(hasHead && headFits);
}

Candidate match(const formats::WeightSet& set, const std::string& beginning, const WantedWeights& wanted) {
  Candidate candidate;
  candidate.path = set.path + (set.path.empty() || beginning.empty() ? "" : ".");
  candidate.path += beginning.substr(0, beginning.empty() ? 0 : beginning.size() - 1);
  const std::vector<NamedEntry> entries = entriesAfter(beginning, set);
  const bool isBody = lacksPictureHead(entries, wanted);
  const bool newHead = wanted.newHead || isBody;
  WeightProblems problems;
  std::map<std::string, size_t> found;
  for (const auto& [name, index, entry] : entries) {
    if (newHead && isWithin(name, wanted.head)) continue;
    const auto target = wanted.shapes.find(name);
    if (target == wanted.shapes.end()) {
      if (entry.isTensor) problems.unexpected.push_back(entry.name);
      continue;
    }
    const std::vector<int64_t>& shape = target->second;
    if (!found.emplace(name, index).second) problems.twice.push_back(name);
    if (entry.isTensor && shape != entry.shape && !inflatesTo(entry.shape, shape)) {
      problems.addMisshapen(name, shape, entry.shape);
    }
  }
  for (const auto& [name, shape] : wanted.shapes) {
    if (isBody && isWithin(name, kOverTime)) continue;
    if (found.count(name) == 0 && !endsWith(name, "num_batches_tracked") && !(newHead && isWithin(name, wanted.head))) {
      problems.missing.push_back(name);
    }
  }
  candidate.fit.entries.assign(found.begin(), found.end());
  candidate.problems = problems.text();
  return candidate;
}

// The beginnings after which names of the set are the network's, the most frequent of them, the longest first.
std::vector<std::string> beginningsOf(const formats::WeightSet& set, const WantedShapes& wanted) {
  std::unordered_map<std::string_view, size_t> counts;
  size_t most = 0;
  size_t longest = 0;
  for (const auto& [name, shape] : wanted) longest = std::max(longest, name.size());
  for (const formats::WeightEntry& entry : set.entries) {
    const std::string_view name = entry.name;
    if (std::count(name.begin(), name.end(), '.') > kMaxDots) continue;
    // What of the bare name is still to come, from each part of the name on.
    const std::string bare = withoutWrappers(entry.name);
    size_t done = 0;
    for (size_t begin = 0; begin < name.size();) {
      const std::string_view part = name.substr(begin, name.find('.', begin) - begin);
      const bool fits = done < bare.size() && bare.size() - done <= longest;
      if (fits && wanted.count(bare.substr(done)) != 0) most = std::max(most, ++counts[name.substr(0, begin)]);
      if (!part.empty() && !contains(kWrappers, std::string(part))) done += part.size() + 1;
      begin += part.size() + 1;
    }
  }
  // A network may stand within itself by chance, with a layer or two: such beginnings are not tried.
  std::vector<std::pair<size_t, std::string>> frequent;
  for (const auto& [beginning, count] : counts) {
    if (2 * count > most) frequent.emplace_back(count, beginning);
  }
  std::sort(frequent.rbegin(), frequent.rend());
  if (frequent.size() > kMaxBeginnings) frequent.resize(kMaxBeginnings);
  std::vector<std::string> beginnings;
  for (auto& [count, beginning] : frequent) beginnings.push_back(std::move(beginning));
  if (beginnings.empty()) beginnings.emplace_back();
  std::sort(beginnings.begin(), beginnings.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  return beginnings;
}

// The model's own before others, averages last.
int rankOf(const std::string& path) {
  for (const std::string& word : split(path, "._-")) {
    if (contains(kAverageWords, word)) return 2;
  }
  const std::vector<std::string> keys = split(path, ".");
  return std::all_of(keys.begin(), keys.end(),
                     [](const std::string& key) { return contains(kModelKeys, key) || contains(kWrappers, key); })
             ? 0
             : 1;
}

std::string inQuotes(const std::vector<const Candidate*>& candidates) {
  std::string text;
  for (const Candidate* candidate : candidates) text += (text.empty() ? "`" : ", `") + candidate->path + "`";
  return text;
}

}  // namespace

WeightFit fitWeights(const std::vector<formats::WeightSet>& sets, const WantedWeights& wanted,
                     const std::string& label) {
  std::vector<Candidate> fitting;
  std::optional<Candidate> nearest;
  for (size_t set = 0; set < sets.size(); ++set) {
    for (const std::string& beginning : beginningsOf(sets[set], wanted.shapes)) {
      Candidate candidate = match(sets[set], beginning, wanted);
      candidate.fit.set = set;
      if (!candidate.problems.empty()) {
        if (!nearest || candidate.fit.entries.size() > nearest->fit.entries.size()) nearest = std::move(candidate);
        continue;
      }
      // The same tensors again, with a wrapper's name taken for a wrapper's and not for a beginning.
      const bool isKnown = std::any_of(fitting.begin(), fitting.end(), [&](const Candidate& known) {
        return known.fit.set == set && known.fit.entries == candidate.fit.entries;
      });
      if (!isKnown) fitting.push_back(std::move(candidate));
    }
  }
  if (fitting.empty()) {
    const std::string where = nearest->path.empty() ? label : label + ", `" + nearest->path + "`,";
    throw Error("ERR_WEIGHTS", where + " does not fit the architecture: " + nearest->problems);
  }
  std::vector<const Candidate*> best;
  int bestRank = 3;
  for (const Candidate& candidate : fitting) {
    const int rank = rankOf(candidate.path);
    if (rank > bestRank) continue;
    if (rank < bestRank) best.clear();
    bestRank = rank;
    best.push_back(&candidate);
  }
  if (best.size() > 1) {
    throw Error("ERR_WEIGHTS", label + ": expected one set of weights that fits but several do: " + inQuotes(best) +
                                   "; save the one that you want by itself with torch.save");
  }
  return best.front()->fit;
}

}  // namespace kinetorch::model

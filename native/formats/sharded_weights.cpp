#include "native/formats/sharded_weights.h"

#include <cstddef>
#include <utility>

#include "native/runtime/error.h"

namespace kinetorch::formats {
namespace {

class ShardedWeights final : public WeightFile {
 public:
  explicit ShardedWeights(std::vector<std::unique_ptr<WeightFile>> shards) : shards_(std::move(shards)) {
    WeightSet& set = sets_.emplace_back();
    for (size_t shard = 0; shard < shards_.size(); ++shard) {
      const std::vector<WeightEntry>& entries = shards_[shard]->sets().front().entries;
      for (size_t entry = 0; entry < entries.size(); ++entry) {
        set.entries.push_back(entries[entry]);
        places_.emplace_back(shard, entry);
      }
    }
  }

  WeightTensor read(size_t, size_t entry) override {
    const auto [shard, place] = places_[entry];
    return shards_[shard]->read(0, place);
  }

 private:
  std::vector<std::unique_ptr<WeightFile>> shards_;
  std::vector<std::pair<size_t, size_t>> places_;  // of the entries, in the shards
};

}  // namespace

std::unique_ptr<WeightFile> joinShards(std::vector<std::unique_ptr<WeightFile>> shards, const std::string& label) {
  for (const std::unique_ptr<WeightFile>& shard : shards) {
    if (shard->sets().size() == 1) continue;
    throw Error("ERR_WEIGHTS", label + ": expected one set of weights in each part but one has " +
                                   std::to_string(shard->sets().size()));
  }
  return std::make_unique<ShardedWeights>(std::move(shards));
}

}  // namespace kinetorch::formats

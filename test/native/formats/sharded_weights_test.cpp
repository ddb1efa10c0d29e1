#include "native/formats/sharded_weights.h"

#include <gtest/gtest.h>

#include <utility>

#include "test/native/formats/archive_builder.h"
#include "test/native/formats/read_all.h"

namespace kinetorch::formats {
namespace {

class Listed final : public WeightFile {
 public:
  explicit Listed(const std::vector<std::vector<std::string>>& sets) {
    for (const auto& names : sets) {
      WeightSet& set = sets_.emplace_back();
      for (const std::string& name : names) set.entries.push_back({name, {1}});
    }
  }
  WeightTensor read(size_t set, size_t entry) override {
    return {sets_[set].entries[entry].name, ScalarKind::kUInt8, {1}, {static_cast<uint8_t>(entry)}};
  }
};

std::unique_ptr<WeightFile> join(const std::vector<std::vector<std::vector<std::string>>>& files) {
  std::vector<std::unique_ptr<WeightFile>> shards;
  for (const auto& sets : files) shards.push_back(std::make_unique<Listed>(sets));
  return joinShards(std::move(shards), "file");
}

TEST(ShardedWeights, AreOneSet) {
  const auto joined = join({{{"a", "b"}}, {{"c"}}});
  ASSERT_EQ(joined->sets().size(), 1u);
  const std::vector<WeightTensor> tensors = test::readAll(*joined);
  ASSERT_EQ(tensors.size(), 3u);
  EXPECT_EQ(tensors[1].name, "b");
  EXPECT_EQ(tensors[1].bytes, std::vector<uint8_t>{1});
  EXPECT_EQ(tensors[2].name, "c");
  EXPECT_EQ(tensors[2].bytes, std::vector<uint8_t>{0});
}

TEST(ShardedWeights, HaveOneSetEach) {
  test::expectError("ERR_WEIGHTS", "file: expected one set of weights in each part but one has 2", [] {
    join({{{"a"}}, {{"b"}, {"c"}}});
  });
}

}  // namespace
}  // namespace kinetorch::formats

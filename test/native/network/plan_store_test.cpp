#include "native/network/operators/plan_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace kinetorch::network {
namespace {

class PlanStoreFile : public testing::Test {
 protected:
  const std::string path = testing::TempDir() + "kinetorch-plans-" + std::to_string(::getpid()) + ".txt";
  void TearDown() override { std::remove(path.c_str()); }
};

kernels::ConvPlan plan() {
  kernels::ConvPlan plan;
  plan.algorithm = kernels::ConvAlgorithm::kWinograd4;
  plan.tileRows = 24;
  plan.channelBlock = 48;
  plan.shareInput = true;
  plan.streamOutput = true;
  return plan;
}

TEST_F(PlanStoreFile, RemembersPlansForTheNextOne) {
  PlanStore store(path);
  EXPECT_EQ(store.find("a layer"), nullptr);
  store.put("a layer", plan());
  store.put("another", std::nullopt);
  store.save();

  PlanStore next(path);
  const ConvChoice* const found = next.find("a layer");
  ASSERT_NE(found, nullptr);
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->elementKind, kernels::ElementKind::kFloat32);
  EXPECT_EQ((*found)->algorithm, kernels::ConvAlgorithm::kWinograd4);
  EXPECT_EQ((*found)->tileRows, 24);
  EXPECT_EQ((*found)->channelBlock, 48);
  EXPECT_TRUE((*found)->shareInput);
  EXPECT_TRUE((*found)->streamOutput);
  ASSERT_NE(next.find("another"), nullptr);
  EXPECT_FALSE(next.find("another")->has_value());
}

TEST_F(PlanStoreFile, RemembersHowABatchIsShared) {
  PlanStore store(path);
  EXPECT_FALSE(store.findSharing("layers"));
  store.putSharing("layers", BatchSharing::kLayers);
  store.putSharing("parts", BatchSharing::kParts);
  store.putSharing("clips", BatchSharing::kClips);
  store.save();

  PlanStore next(path);
  EXPECT_EQ(next.findSharing("layers"), BatchSharing::kLayers);
  EXPECT_EQ(next.findSharing("parts"), BatchSharing::kParts);
  EXPECT_EQ(next.findSharing("clips"), BatchSharing::kClips);
}

TEST_F(PlanStoreFile, KeepsWhatOthersSavedMeanwhile) {
  PlanStore one(path);
  PlanStore other(path);
  one.put("one", plan());
  one.save();
  other.put("other", plan());
  other.save();
  EXPECT_NE(PlanStore(path).find("one"), nullptr);
  EXPECT_NE(PlanStore(path).find("other"), nullptr);
}

TEST_F(PlanStoreFile, PassesOverLinesThatSayNothing) {
  std::ofstream(path) << "no tab\nkey\tfloat32 no-algorithm 1 1 0 0\nkindless\tdirect 6 16 0 0\n"
                      << "zero\tfloat32 direct 0 16 0 0\nhuge\tfloat32 direct 9999999999999 16 0 0\n"
                      << "half\tfloat32 winograd4 24\nkind\tfloat3 direct 6 16 0 0\n"
                      << "good\tfloat32 direct 6 16 0 0\n";
  PlanStore store(path);
  for (const char* key : {"no tab", "key", "kindless", "zero", "huge", "half", "kind"})
    EXPECT_EQ(store.find(key), nullptr) << key;
  EXPECT_NE(store.find("good"), nullptr);
}

TEST(PlanStore, WithoutAFileOrWithOneThatCannotBeWrittenIsNoError) {
  for (const char* path : {"", "/nowhere/at/all/plans.txt"}) {
    PlanStore store(path);
    store.put("a layer", plan());
    store.save();
    EXPECT_NE(store.find("a layer"), nullptr);
  }
}

}  // namespace
}  // namespace kinetorch::network

#include "native/engine/read_map.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace kinetorch::engine {
namespace {

using explanation::MapMethod;
using explanation::MapRequest;
using network::Output;

// Facts of a map of two channels, one instant and 2×2 places, twice; of the second clip the channels are swapped.
network::OutputTensors sources() {
  const at::Tensor clip = at::tensor({1.0F, 0.0F, 2.0F, 4.0F, 0.0F, 3.0F, 1.0F, 1.0F}).view({2, 1, 2, 2});
  network::OutputTensors tensors;
  tensors[Output::kFeatures] = at::stack({clip, clip.flip(0)});
  tensors[Output::kLogits] = at::tensor({2.0F, 1.0F, 1.0F, 2.0F}).view({2, 2});
  return tensors;
}

at::Tensor head() { return at::tensor({1.0F, -0.5F, -0.5F, 1.0F}).view({2, 2}); }

preprocessing::InputSpec input() {
  preprocessing::InputSpec spec;
  spec.frames = 1;
  spec.height = 2;
  spec.width = 2;
  return spec;
}

BatchItem itemOf(const std::optional<MapRequest>& wanted) {
  BatchItem item;
  item.request.wanted.map = wanted;
  item.result.emplace();
  return item;
}

TEST(ReadMaps, GivesEachItemTheMapOfItsLabel) {
  Batch batch;
  batch.items.push_back(itemOf(MapRequest{MapMethod::kGradCam, "", {}}));
  batch.items.push_back(itemOf(MapRequest{MapMethod::kGradCam, "", {}}));
  readMaps(sources(), batch, head(), input());
  for (const int64_t place : {0, 1}) {
    ASSERT_TRUE(batch.items[static_cast<size_t>(place)].result->map);
    const ClipMap& map = *batch.items[static_cast<size_t>(place)].result->map;
    EXPECT_EQ(map.label, place);
    const std::vector<float> expected{0.285714F, 0, 0.428571F, 1};
    ASSERT_EQ(map.values.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(map.values[i], expected[i], 1e-5);
  }
}

TEST(ReadMaps, TakesTheLabelAskedFor) {
  Batch batch;
  batch.items.push_back(itemOf(MapRequest{MapMethod::kGradCam, "", 1}));
  readMaps(sources(), batch, head(), input());
  EXPECT_EQ(batch.items[0].result->map->label, 1);
  EXPECT_EQ(batch.items[0].result->map->values, (std::vector<float>{0, 1, 0, 0}));
}

TEST(ReadMaps, NeedsAHeadForAllButEigenCam) {
  Batch batch;
  for (const MapMethod method : {MapMethod::kHiResCam, MapMethod::kEigenCam}) {
    batch.items.push_back(itemOf(MapRequest{method, "", {}}));
  }
  readMaps(sources(), batch, {}, input());
  ASSERT_TRUE(batch.items[0].error);
  EXPECT_EQ(batch.items[0].error->code(), "ERR_UNSUPPORTED");
  EXPECT_FALSE(batch.items[0].result);
  EXPECT_FALSE(batch.items[1].error);
  EXPECT_TRUE(batch.items[1].result->map);
}

TEST(ReadMaps, LeavesAloneWhoWantsNone) {
  Batch batch;
  batch.items.push_back(itemOf(std::nullopt));
  readMaps({}, batch, {}, input());
  EXPECT_FALSE(batch.items[0].result->map);
}

}  // namespace
}  // namespace kinetorch::engine

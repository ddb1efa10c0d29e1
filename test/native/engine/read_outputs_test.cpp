#include "native/engine/read_outputs.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>

namespace kinetorch::engine {
namespace {

using network::Output;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// One clip that wants this of logits that are infinite in one class.
BatchItem itemOf(const Wanted& wanted, float infinity) {
  Batch batch;
  batch.items.resize(1);
  batch.items[0].request.wanted = wanted;
  network::OutputTensors tensors;
  tensors[Output::kLogits] = at::tensor({1.0F, infinity, 2.0F}).view({1, 3});
  readOutputs(tensors, batch);
  return std::move(batch.items[0]);
}

TEST(ReadOutputs, RefusesWhatHasNoSoftmax) {
  for (const Wanted& wanted : {Wanted{{}, 2}, Wanted{{Output::kProbabilities}, 0}}) {
    const BatchItem item = itemOf(wanted, kInfinity);
    ASSERT_TRUE(item.error.has_value());
    EXPECT_EQ(item.error->code(), "ERR_MODEL_FORWARD");
    EXPECT_FALSE(item.result.has_value());
  }
}

TEST(ReadOutputs, GivesAClassThatIsRuledOutNoProbability) {
  const BatchItem item = itemOf({{}, 2}, -kInfinity);
  ASSERT_TRUE(item.result.has_value());
  EXPECT_EQ(item.result->indices, (std::vector<int32_t>{2, 0}));
}

TEST(ReadOutputs, GivesLogitsAsTheyAre) {
  const BatchItem item = itemOf({{Output::kLogits}, 0}, kInfinity);
  ASSERT_TRUE(item.result.has_value());
  EXPECT_EQ(item.result->outputs[Output::kLogits].values, (std::vector<float>{1.0F, kInfinity, 2.0F}));
  EXPECT_TRUE(item.result->outputs[Output::kProbabilities].shape.empty());
}

// From a batch in channels_last_3d, in which a clip's values lie in another order.
TEST(ReadOutputs, GivesEachClipItsOwnMapInRowMajorOrder) {
  const at::Tensor maps = at::arange(48, at::kFloat).view({2, 3, 2, 2, 2});
  network::OutputTensors tensors;
  tensors[Output::kFeatures] = maps.contiguous(at::MemoryFormat::ChannelsLast3d);
  Batch batch;
  batch.items.resize(2);
  for (BatchItem& item : batch.items) item.request.wanted.outputs = {Output::kFeatures};
  readOutputs(tensors, batch);
  for (int64_t i = 0; i < 2; ++i) {
    const OutputValues& features = batch.items[static_cast<size_t>(i)].result->outputs[Output::kFeatures];
    EXPECT_EQ(features.shape, (std::vector<int64_t>{3, 2, 2, 2}));
    EXPECT_TRUE(at::tensor(features.values).equal(maps[i].flatten()));
  }
}

}  // namespace
}  // namespace kinetorch::engine

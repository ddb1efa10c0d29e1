#include "native/engine/read_rows.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>

namespace kinetorch::engine {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// One clip that wants `output` of logits that are infinite in one class.
BatchItem itemOf(Output output, float infinity) {
  Batch batch;
  batch.items.resize(1);
  batch.items[0].request.output = output;
  batch.items[0].request.topK = 2;
  readRows(at::tensor({1.0F, infinity, 2.0F}).view({1, 3}), batch);
  return std::move(batch.items[0]);
}

TEST(ReadRows, RefusesWhatHasNoSoftmax) {
  for (const Output output : {Output::kTopK, Output::kProbabilities}) {
    const BatchItem item = itemOf(output, kInfinity);
    ASSERT_TRUE(item.error.has_value());
    EXPECT_EQ(item.error->code(), "ERR_MODEL_FORWARD");
    EXPECT_FALSE(item.result.has_value());
  }
}

TEST(ReadRows, GivesAClassThatIsRuledOutNoProbability) {
  const BatchItem item = itemOf(Output::kTopK, -kInfinity);
  ASSERT_TRUE(item.result.has_value());
  EXPECT_EQ(item.result->indices, (std::vector<int32_t>{2, 0}));
}

TEST(ReadRows, GivesLogitsAsTheyAre) {
  const BatchItem item = itemOf(Output::kLogits, kInfinity);
  ASSERT_TRUE(item.result.has_value());
  EXPECT_EQ(item.result->values, (std::vector<float>{1.0F, kInfinity, 2.0F}));
}

}  // namespace
}  // namespace kinetorch::engine

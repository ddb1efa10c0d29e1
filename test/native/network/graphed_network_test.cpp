#include "native/network/graphed_network.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace kinetorch::network {
namespace {

preprocessing::InputSpec fakeInput() {
  preprocessing::InputSpec input;
  input.frames = 2;
  input.height = 4;
  input.width = 4;
  return input;
}

// The sum of every clip's channels, plus what it decides on the CPU; their means; the clips themselves.
class FakeNetwork final : public Network {
 public:
  OutputSet outputs() const override { return {Output::kLogits, Output::kEmbedding, Output::kFeatures}; }
  OutputTensors run(const at::Tensor& clips, OutputSet wanted) override {
    if (isUnsteady) ++decision;
    lastClips = clips;
    OutputTensors outputs;
    if (wanted.has(Output::kLogits)) outputs[Output::kLogits] = clips.sum({2, 3, 4}) + decision;
    if (wanted.has(Output::kEmbedding)) outputs[Output::kEmbedding] = clips.mean({2, 3, 4});
    if (wanted.has(Output::kFeatures)) outputs[Output::kFeatures] = clips;
    lastOutputs = outputs;
    return outputs;
  }
  int64_t bytes() const override { return 12; }
  const std::vector<std::string>& warnings() const override { return warnings_; }
  void warmUp(const std::vector<int64_t>& batchSizes) override { warmed = batchSizes; }

  bool isUnsteady = false;
  std::vector<int64_t> warmed;
  static at::Tensor lastClips;
  static OutputTensors lastOutputs;
  static int decision;

 private:
  std::vector<std::string> warnings_{"a warning"};
};

at::Tensor FakeNetwork::lastClips;
OutputTensors FakeNetwork::lastOutputs;
int FakeNetwork::decision = 0;

// As a graph does, it reads and writes the memory of the capture, and decides nothing anew.
class FakeGraph final : public CapturedGraph {
 public:
  void replay() override {
    ++replays;
    outputs_[Output::kLogits].copy_(clips_.sum({2, 3, 4}) + decision_);
    outputs_[Output::kEmbedding].copy_(clips_.mean({2, 3, 4}));
  }

  static int replays;

 private:
  at::Tensor clips_ = FakeNetwork::lastClips;
  OutputTensors outputs_ = FakeNetwork::lastOutputs;
  int decision_ = FakeNetwork::decision;
};

int FakeGraph::replays = 0;

class GraphedNetworkTest : public testing::Test {
 protected:
  GraphedNetworkTest() {
    FakeGraph::replays = 0;
    FakeNetwork::decision = 0;
    api_.captureGraph = [](const std::function<void()>& work) -> std::unique_ptr<CapturedGraph> {
      work();
      return std::make_unique<FakeGraph>();
    };
    auto network = std::make_unique<FakeNetwork>();
    inner_ = network.get();
    network_ = std::make_unique<GraphedNetwork>(std::move(network), fakeInput(), at::TensorOptions(at::kFloat), api_);
  }

  // Whole numbers, whose sums are the same in any order.
  static at::Tensor clips(int64_t count) { return at::randint(-8, 8, {count, 3, 2, 4, 4}, at::kFloat); }

  CudaApi api_;
  FakeNetwork* inner_ = nullptr;
  std::unique_ptr<GraphedNetwork> network_;
};

TEST_F(GraphedNetworkTest, ReplaysSmallBatchesAndRunsTheRest) {
  network_->warmUp({1, 2, 4, 8, 16});
  EXPECT_EQ(inner_->warmed, (std::vector<int64_t>{1, 2, 4, 8, 16}));
  for (const auto& [size, isReplayed] : {std::pair(1, true), std::pair(2, true), std::pair(3, false),
                                         std::pair(4, true), std::pair(8, false), std::pair(16, false)}) {
    const int before = FakeGraph::replays;
    const at::Tensor batch = clips(size);
    EXPECT_TRUE(network_->logits(batch).allclose(batch.sum({2, 3, 4}))) << size;
    EXPECT_EQ(FakeGraph::replays - before, isReplayed) << size;
  }
}

TEST_F(GraphedNetworkTest, GivesLogitsThatTheNextBatchLeavesAlone) {
  network_->warmUp({2});
  const at::Tensor first = clips(2);
  const at::Tensor logits = network_->logits(first);
  network_->logits(clips(2));
  EXPECT_TRUE(logits.allclose(first.sum({2, 3, 4})));
}

TEST_F(GraphedNetworkTest, ReplaysForLogitsAndEmbeddingsAndRunsForFeatures) {
  network_->warmUp({2});
  const at::Tensor batch = clips(2);
  const int before = FakeGraph::replays;
  const OutputTensors both = network_->run(batch, {Output::kLogits, Output::kEmbedding});
  EXPECT_EQ(FakeGraph::replays, before + 1);
  EXPECT_TRUE(both[Output::kLogits].allclose(batch.sum({2, 3, 4})));
  EXPECT_TRUE(both[Output::kEmbedding].allclose(batch.mean({2, 3, 4})));
  const OutputTensors all = network_->run(batch, network_->outputs());
  EXPECT_EQ(FakeGraph::replays, before + 1);
  EXPECT_TRUE(all[Output::kFeatures].equal(batch));
}

TEST_F(GraphedNetworkTest, RunsTheNetworkWhereItCannotBeCaptured) {
  api_.captureGraph = [](const std::function<void()>&) -> std::unique_ptr<CapturedGraph> {
    throw std::runtime_error("operation not permitted when stream is capturing");
  };
  network_->warmUp({1});
  const at::Tensor batch = clips(1);
  EXPECT_TRUE(network_->logits(batch).allclose(batch.sum({2, 3, 4})));
}

TEST_F(GraphedNetworkTest, RunsTheNetworkWhereAGraphGivesOtherLogits) {
  inner_->isUnsteady = true;
  network_->warmUp({1});
  const int replays = FakeGraph::replays;
  network_->logits(clips(1));
  EXPECT_EQ(FakeGraph::replays, replays);
}

TEST_F(GraphedNetworkTest, IsOtherwiseTheNetwork) {
  network_->warmUp({2});
  const at::Tensor batch = clips(2);
  EXPECT_EQ(network_->outputs().names(), "logits, embedding, features");
  EXPECT_EQ(network_->bytes(), 12);
  EXPECT_EQ(network_->warnings(), std::vector<std::string>{"a warning"});
}

}  // namespace
}  // namespace kinetorch::network

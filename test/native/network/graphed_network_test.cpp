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

preprocessing::InputSpec smallInput() {
  preprocessing::InputSpec input;
  input.frames = 2;
  input.height = 4;
  input.width = 4;
  return input;
}

// The sum of every clip's channels, plus what it decides on the CPU.
class FakeNetwork final : public Network {
 public:
  at::Tensor logits(const at::Tensor& clips) override {
    if (isUnsteady) ++decision;
    lastClips = clips;
    lastLogits = clips.sum({2, 3, 4}) + decision;
    return lastLogits;
  }
  at::Tensor embed(const at::Tensor& clips) override { return clips.mean({2, 3, 4}); }
  bool canEmbed() const override { return true; }
  int64_t bytes() const override { return 12; }
  const std::string& warning() const override { return warning_; }
  void warmUp(const std::vector<int64_t>& batchSizes) override { warmed = batchSizes; }

  bool isUnsteady = false;
  std::vector<int64_t> warmed;
  static at::Tensor lastClips;
  static at::Tensor lastLogits;
  static int decision;

 private:
  std::string warning_ = "a warning";
};

at::Tensor FakeNetwork::lastClips;
at::Tensor FakeNetwork::lastLogits;
int FakeNetwork::decision = 0;

// As a graph does, it reads and writes the memory of the capture, and decides nothing anew.
class FakeGraph final : public CapturedGraph {
 public:
  void replay() override {
    ++replays;
    logits_.copy_(clips_.sum({2, 3, 4}) + decision_);
  }

  static int replays;

 private:
  at::Tensor clips_ = FakeNetwork::lastClips;
  at::Tensor logits_ = FakeNetwork::lastLogits;
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
    network_ = std::make_unique<GraphedNetwork>(std::move(network), smallInput(), at::TensorOptions(at::kFloat), api_);
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
  EXPECT_TRUE(network_->embed(batch).equal(batch.mean({2, 3, 4})));
  EXPECT_TRUE(network_->canEmbed());
  EXPECT_EQ(network_->bytes(), 12);
  EXPECT_EQ(network_->warning(), "a warning");
}

}  // namespace
}  // namespace kinetorch::network

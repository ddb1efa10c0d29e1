#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <future>
#include <map>
#include <set>
#include <thread>

#include "native/engine/classifier.h"
#include "test/native/engine/fake_classifier.h"

namespace kinetorch::engine {
namespace {

using network::Output;
using std::chrono::seconds;

// In turn on one thread, and as a pipeline.
class EitherWay : public testing::TestWithParam<bool> {
 protected:
  // Batches that are taken from the queue before the first is done.
  int inFlight() const { return GetParam() ? 2 : 1; }
};
INSTANTIATE_TEST_SUITE_P(Classifier, EitherWay, testing::Bool());

TEST_P(EitherWay, EveryClipGetsItsOwnResult) {
  Subject subject(GetParam());
  EXPECT_EQ(subject.info.devices, std::vector<std::string>{"cpu"});
  std::vector<std::future<Outcome>> outcomes;
  for (int i = 0; i < 250; ++i) outcomes.push_back(subject.submit(greyClip(static_cast<uint8_t>(i))));
  for (int i = 0; i < 250; ++i) {
    const Outcome outcome = outcomes[static_cast<size_t>(i)].get();
    ASSERT_TRUE(outcome.result) << outcome.error->what();
    ASSERT_EQ(logitsOf(*outcome.result).size(), 3u);
    ASSERT_NEAR(logitsOf(*outcome.result)[0], brightness(static_cast<uint8_t>(i)), 1e-5);
  }
  const ClassifierStats stats = subject.classifier->stats();
  EXPECT_EQ(stats.completed, 250u);
  EXPECT_EQ(stats.requests, 250u);
  EXPECT_EQ(stats.running, 0u);
  EXPECT_EQ(stats.queued, 0u);
}

TEST_P(EitherWay, EveryOutputIsWhatItsNameSays) {
  Subject subject(GetParam());
  const float mean = brightness(204);  // 0.8
  const float sum = std::exp(mean) + std::exp(-mean) + std::exp(0.5F);
  const ClipResult top = *subject.submit(greyClip(204), {{}, 2}).get().result;
  EXPECT_EQ(top.indices, (std::vector<int32_t>{0, 2}));
  EXPECT_NEAR(top.scores[0], std::exp(mean) / sum, 1e-5);
  EXPECT_NEAR(top.scores[1], std::exp(0.5F) / sum, 1e-5);
  for (const network::OutputInfo& info : network::kOutputs) EXPECT_TRUE(top.outputs[info.output].shape.empty());
  const ClipResult all = *subject.submit(greyClip(204), {{Output::kProbabilities}, 0}).get().result;
  EXPECT_NEAR(all.outputs[Output::kProbabilities].values[1], std::exp(-mean) / sum, 1e-5);
  const ClipResult both = *subject.submit(greyClip(204), {{Output::kEmbedding, Output::kLogits}, 0}).get().result;
  EXPECT_EQ(both.outputs[Output::kEmbedding].shape, std::vector<int64_t>{1});
  EXPECT_NEAR(both.outputs[Output::kEmbedding].values[0], mean, 1e-5);
  EXPECT_NEAR(both.outputs[Output::kLogits].values[1], -mean, 1e-5);
}

TEST_P(EitherWay, ClipsThatWantDifferentOutputsShareABatch) {
  Subject subject(GetParam());
  subject.world->hold(true);
  std::vector<std::future<Outcome>> blockers;
  for (int i = 0; i < inFlight(); ++i) {
    blockers.push_back(subject.submit(greyClip(0)));
    while (subject.classifier->stats().queued > 0) std::this_thread::yield();
  }
  auto logits = subject.submit(greyClip(51));
  auto embedding = subject.submit(greyClip(102), {{Output::kEmbedding}, 0});
  auto top = subject.submit(greyClip(153), {{}, 1});
  subject.world->hold(false);
  EXPECT_NEAR(logitsOf(*logits.get().result)[0], 0.2, 1e-5);
  const Outcome embedded = embedding.get();
  EXPECT_NEAR(embedded.result->outputs[Output::kEmbedding].values[0], 0.4, 1e-5);
  EXPECT_EQ(embedded.result->batchSize, 3);
  EXPECT_EQ(top.get().result->indices, std::vector<int32_t>{0});
}

TEST_P(EitherWay, AnOutputWithoutARowForEachClipFailsThoseThatWantIt) {
  Subject subject(GetParam());
  subject.world->hold(true);
  std::vector<std::future<Outcome>> blockers;
  for (int i = 0; i < inFlight(); ++i) {
    blockers.push_back(subject.submit(greyClip(0)));
    while (subject.classifier->stats().queued > 0) std::this_thread::yield();
  }
  auto features = subject.submit(greyClip(51), {{Output::kFeatures}, 0});
  auto both = subject.submit(greyClip(51), {{Output::kLogits, Output::kFeatures}, 1});
  auto logits = subject.submit(greyClip(102));
  auto embedding = subject.submit(greyClip(153), {{Output::kEmbedding}, 2});
  subject.world->hold(false);
  EXPECT_EQ(features.get().code(), "ERR_MODEL_FORWARD");
  EXPECT_EQ(both.get().code(), "ERR_MODEL_FORWARD");
  const Outcome unharmed = logits.get();
  ASSERT_TRUE(unharmed.result) << unharmed.error->what();
  EXPECT_EQ(unharmed.result->batchSize, 4);
  EXPECT_NEAR(logitsOf(*unharmed.result)[0], 0.4, 1e-5);
  EXPECT_NEAR(embedding.get().result->outputs[Output::kEmbedding].values[0], 0.6, 1e-5);
  EXPECT_EQ(subject.classifier->stats().failed, 2u);
}

// A host on which a clip has taken so long with a team that lacked the processor: alone for the next eight seconds.
HostLoad busyHost(HostLoad::Duration took) {
  HostLoad load;
  for (int i = 0; i < 10; ++i) load.record(Clock::now(), took, {});
  return load;
}

TEST(Classifier, RunsWithoutATeamOnABusyHostAsLongAsThatIsFaster) {
  const int before = at::get_num_threads();
  ClassifierOptions options = optionsOf();
  options.threads = 2;
  const auto threadsOn = [&](const HostLoad& load) {
    Subject subject(false, options, load);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(subject.submit(greyClip(1)).get().code(), "");
    return subject.world->threads;
  };
  EXPECT_EQ(threadsOn({}), (std::vector<int>{2, 2}));
  EXPECT_EQ(threadsOn(busyHost(std::chrono::hours(1))), (std::vector<int>{1, 1}));
  EXPECT_EQ(threadsOn(busyHost(std::chrono::nanoseconds(1))), (std::vector<int>{1, 2}));
  at::set_num_threads(before);
}

TEST(Classifier, PreparesWhatIsLeftOverOfABatchToo) {
  const int before = at::get_num_threads();
  ClassifierOptions options = optionsOf();
  options.threads = 2;
  {
    Subject subject(false, options);
    auto outcomes = subject.submitTogether({10, 20, 30, 40, 50}, 1);
    for (uint8_t i = 0; i < 5; ++i) {
      const Outcome outcome = outcomes[i].get();
      EXPECT_EQ(outcome.result->batchSize, 5);
      EXPECT_NEAR(logitsOf(*outcome.result)[0], brightness(static_cast<uint8_t>(10 * (i + 1))), 1e-5);
    }
  }
  at::set_num_threads(before);
}

// More of them than fit into one batch.
TEST_P(EitherWay, ACallForSeveralTensorsGetsTheirResultsInOrder) {
  Subject subject(GetParam(), optionsOf(2));
  const auto [results, code] = subject.submitTensors({0.1F, 0.2F, 0.3F, 0.4F, 0.5F}).get();
  EXPECT_EQ(code, "");
  ASSERT_EQ(results.size(), 5u);
  for (size_t i = 0; i < 5; ++i) EXPECT_NEAR(logitsOf(results[i])[0], 0.1 * static_cast<double>(i + 1), 1e-5);
  const ClassifierStats stats = subject.classifier->stats();
  EXPECT_EQ(stats.requests, 5u);
  EXPECT_EQ(stats.completed, 5u);
  EXPECT_EQ(stats.queueTimes.count, 5u);
  EXPECT_EQ(stats.runTimes.count, stats.batches);
  EXPECT_EQ(stats.preprocessTimes.count, stats.batches);
}

TEST_P(EitherWay, ACallFailsWithTheErrorOfOneOfItsClipsWhenAllAreDone) {
  Subject subject(GetParam(), optionsOf(2));
  const auto [results, code] = subject.submitTensors({0.1F, std::nanf(""), 0.3F}).get();
  EXPECT_EQ(code, "ERR_CLIP_DATA");
  EXPECT_EQ(subject.classifier->stats().completed, 2u);
  EXPECT_EQ(subject.classifier->stats().failed, 1u);
}

TEST(Classifier, ACallThatDoesNotFitIntoTheQueueLeavesNothingBehind) {
  ClassifierOptions options = optionsOf(1);
  options.maxQueue = 3;
  Subject subject(false, options);
  subject.world->hold(true);
  auto running = subject.submit(greyClip(1));
  while (subject.classifier->stats().running == 0) std::this_thread::yield();
  auto waiting = subject.submitTensors({0.1F, 0.2F});
  EXPECT_THROW(subject.submitTensors({0.3F, 0.4F}), Error);
  EXPECT_EQ(subject.classifier->stats().queued, 2u);
  EXPECT_EQ(subject.classifier->stats().requests, 3u);
  EXPECT_TRUE(subject.classifier->cancel(2, Error("ERR_ABORTED", "")));
  EXPECT_EQ(waiting.get().second, "ERR_ABORTED");
  EXPECT_EQ(subject.classifier->stats().cancelled, 2u);
  subject.world->hold(false);
  EXPECT_EQ(running.get().code(), "");
}

TEST(Classifier, ATensorOfAnotherSizeIsRefused) {
  Subject subject(false);
  const auto ignore = [](auto, auto) {};
  try {
    subject.classifier->submit(1, {preprocessing::ClipTensor{std::vector<float>(31), 1}}, {}, ignore);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "ERR_CLIP_SHAPE");
  }
}

TEST_P(EitherWay, ABadClipFailsAlone) {
  Subject subject(GetParam());
  subject.world->hold(true);
  auto first = subject.submit(greyClip(1));
  auto bad = subject.submit(nanClip());
  auto last = subject.submit(greyClip(3));
  subject.world->hold(false);
  EXPECT_EQ(first.get().code(), "");
  EXPECT_EQ(bad.get().code(), "ERR_CLIP_DATA");
  EXPECT_NEAR(logitsOf(*last.get().result)[0], brightness(3), 1e-5);
  EXPECT_EQ(subject.classifier->stats().failed, 1u);
}

TEST_P(EitherWay, WhatFindsTooLittleMemoryRunsInHalves) {
  Subject subject(GetParam());
  subject.world->largest = 4;
  auto outcomes = subject.submitTogether({10, 20, 30, 40, 50, 60, 70, 80}, inFlight());
  for (uint8_t i = 0; i < 8; ++i) {
    const Outcome outcome = outcomes[i].get();
    ASSERT_TRUE(outcome.result) << outcome.error->what();
    EXPECT_NEAR(logitsOf(*outcome.result)[0], brightness(static_cast<uint8_t>(10 * (i + 1))), 1e-5);
    EXPECT_EQ(outcome.result->batchSize, 8);
  }
  const std::vector<int64_t> sizes(subject.world->sizes.end() - 3, subject.world->sizes.end());
  EXPECT_EQ(sizes, (std::vector<int64_t>{8, 4, 4}));
  const ClassifierStats stats = subject.classifier->stats();
  EXPECT_EQ(stats.failed, 0u);
  EXPECT_EQ(stats.running, 0u);
  EXPECT_EQ(stats.batches, static_cast<uint64_t>(inFlight()) + 1);
}

TEST_P(EitherWay, TheHalfThatStillFindsTooLittleMemoryFailsAndTheModelGoesOn) {
  Subject subject(GetParam());
  subject.world->greedy = brightness(200);
  auto outcomes = subject.submitTogether({10, 20, 250, 40, 50, 60}, inFlight());
  for (size_t i = 0; i < 6; ++i) EXPECT_EQ(outcomes[i].get().code(), i < 3 ? "ERR_OUT_OF_MEMORY" : "") << i;
  // A clip alone is tried twice.
  subject.world->sizes.clear();
  EXPECT_EQ(subject.submit(greyClip(250)).get().code(), "ERR_OUT_OF_MEMORY");
  EXPECT_EQ(subject.world->sizes, (std::vector<int64_t>{1, 1}));
  EXPECT_EQ(subject.submit(greyClip(7)).get().code(), "");
  const ClassifierStats stats = subject.classifier->stats();
  EXPECT_EQ(stats.failed, 4u);
  EXPECT_EQ(stats.completed + stats.failed, stats.requests);
  EXPECT_EQ(stats.running, 0u);
}

TEST_P(EitherWay, ClosingFinishesWhatWasAcceptedAndFreesTheNetworkFirst) {
  Subject subject(GetParam(), optionsOf(2));
  subject.world->hold(true);
  std::vector<std::future<Outcome>> outcomes;
  for (uint8_t i = 0; i < 10; ++i) outcomes.push_back(subject.submit(greyClip(i)));
  std::promise<int> closed;
  subject.classifier->close([&] { closed.set_value(subject.world->networks); });
  try {
    subject.submit(greyClip(1));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "ERR_DISPOSED");
  }
  subject.world->hold(false);
  EXPECT_EQ(closed.get_future().get(), 0);
  for (auto& outcome : outcomes) {
    ASSERT_EQ(outcome.wait_for(seconds(0)), std::future_status::ready);
    EXPECT_EQ(outcome.get().code(), "");
  }
}

TEST_P(EitherWay, DestructionDropsWhatWaitsAndEndsWhatRuns) {
  Subject subject(GetParam(), optionsOf(1));
  subject.world->hold(true);
  std::vector<std::future<Outcome>> outcomes;
  for (uint8_t i = 0; i < 5; ++i) outcomes.push_back(subject.submit(greyClip(i)));
  const auto running = static_cast<uint64_t>(inFlight());
  while (subject.classifier->stats().running < running) std::this_thread::yield();
  auto destroyed = std::async(std::launch::async, [&] { subject.classifier.reset(); });
  EXPECT_EQ(outcomes[4].get().code(), "ERR_DISPOSED");  // before the others are done
  EXPECT_EQ(outcomes[0].wait_for(seconds(0)), std::future_status::timeout);
  subject.world->hold(false);
  destroyed.get();
  EXPECT_EQ(outcomes[0].get().code(), "");
  for (size_t i = 1; i < 4; ++i) EXPECT_EQ(outcomes[i].wait_for(seconds(0)), std::future_status::ready);
  EXPECT_EQ(subject.world->networks, 0);
}

TEST(Classifier, APipelineTakesTwoBatchesAndLeavesTheRestToBeCancelled) {
  Subject subject(true, optionsOf(1));
  subject.world->hold(true);
  std::vector<std::future<Outcome>> outcomes;
  for (uint8_t i = 0; i < 4; ++i) outcomes.push_back(subject.submit(greyClip(i)));
  while (subject.classifier->stats().running < 2) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(subject.classifier->stats().running, 2u);
  EXPECT_EQ(subject.classifier->stats().queued, 2u);
  EXPECT_FALSE(subject.classifier->cancel(2, Error("ERR_ABORTED", "")));  // staged
  EXPECT_TRUE(subject.classifier->cancel(3, Error("ERR_ABORTED", "")));
  EXPECT_EQ(outcomes[2].get().code(), "ERR_ABORTED");
  subject.world->hold(false);
  EXPECT_EQ(outcomes[3].get().code(), "");
}

TEST(Classifier, APipelinesBatchesHaveTheSizesTheNetworkWasPreparedFor) {
  Subject subject(true, optionsOf(6));
  EXPECT_EQ(subject.world->warmUps, (std::vector<std::vector<int64_t>>{{1, 2, 4, 6}}));
  auto three = subject.submitTogether({10, 20, 30}, 2);
  for (auto& outcome : three) EXPECT_EQ(outcome.get().result->batchSize, 3);
  auto five = subject.submitTogether({10, 20, 30, 40, 50}, 2);
  for (auto& outcome : five) EXPECT_EQ(outcome.get().result->batchSize, 5);
  EXPECT_EQ(subject.world->sizes, (std::vector<int64_t>{1, 1, 4, 1, 1, 6}));
}

TEST_P(EitherWay, SeveralExecutorsServeOneQueueAtTheSameTime) {
  ClassifierOptions options = optionsOf(1);
  options.devices = {"cpu", "cpu"};
  Subject subject(GetParam(), options);
  EXPECT_EQ(subject.info.devices, (std::vector<std::string>{"cpu", "cpu"}));
  EXPECT_EQ(subject.info.bytes, 200);
  EXPECT_EQ(subject.world->networks, 2);
  subject.world->hold(true);
  std::vector<std::future<Outcome>> outcomes;
  for (uint8_t i = 0; i < 50; ++i) outcomes.push_back(subject.submit(greyClip(i)));
  EXPECT_TRUE(subject.world->waitUntilEntered(2));
  EXPECT_EQ(subject.world->ran.size(), 2u);
  subject.world->hold(false);
  for (uint8_t i = 0; i < 50; ++i) EXPECT_NEAR(logitsOf(*outcomes[i].get().result)[0], brightness(i), 1e-5);
  EXPECT_EQ(subject.classifier->stats().completed, 50u);
}

TEST_P(EitherWay, AnExecutorThatCannotLoadFailsTheModel) {
  std::atomic<int> made{0};
  const auto world = std::make_shared<World>();
  NetworkFactory networks{[&](c10::Device, c10::ScalarType) {
    TORCH_CHECK_WITH(OutOfMemoryError, made++ == 0, "CUDA out of memory. Tried to allocate 3 GiB.");
    return std::make_unique<FakeNetwork>(world);
  }};
  ClassifierOptions options = optionsOf();
  options.devices = {"cpu", "cpu"};
  std::promise<std::string> code;
  Classifier classifier(executorsOf(networks, wayOf(GetParam()), options), options,
                        [&](auto info, auto error) { code.set_value(info ? "" : error->code()); });
  EXPECT_EQ(code.get_future().get(), "ERR_OUT_OF_MEMORY");
  std::promise<void> closed;
  classifier.close([&] { closed.set_value(); });
  closed.get_future().get();
  EXPECT_EQ(world->networks, 0);
}

TEST(Classifier, DevicesAndLimitsThatCannotBeAreRefusedAtLoad) {
  ClassifierOptions unknown = optionsOf();
  unknown.devices = {"tpu"};
  EXPECT_EQ(Subject(false, unknown).loadCode, "ERR_DEVICE");
  ClassifierOptions limited = optionsOf();
  limited.memoryLimit = 1 << 20;
  EXPECT_EQ(Subject(false, limited).loadCode, "ERR_UNSUPPORTED");
}

}  // namespace
}  // namespace kinetorch::engine

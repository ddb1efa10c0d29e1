#include "native/model/fit_weights.h"

#include <gtest/gtest.h>

#include "test/native/formats/archive_builder.h"

namespace kinetorch::model {
namespace {

using formats::WeightEntry;
using formats::WeightSet;

const WantedShapes kNetwork{{"stem.0.weight", {4, 3}},
                            {"layer1.0.weight", {4, 4}},
                            {"layer1.0.num_batches_tracked", {}},
                            {"fc.weight", {2, 4}}};

std::vector<WeightEntry> entries(const std::string& beginning = "", int64_t classes = 2) {
  return {{beginning + "stem.0.weight", {4, 3}},
          {beginning + "layer1.0.weight", {4, 4}},
          {beginning + "layer1.0.num_batches_tracked", {}},
          {beginning + "fc.weight", {classes, 4}}};
}

std::vector<WeightEntry> operator+(std::vector<WeightEntry> all, const std::vector<WeightEntry>& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

WeightFit fit(const std::vector<WeightSet>& sets, bool isNewHead = false) {
  return fitWeights(sets, {kNetwork, "fc", isNewHead}, "file");
}

void expectRefused(const std::vector<WeightSet>& sets, const std::string& message, bool isNewHead = false) {
  test::expectError("ERR_WEIGHTS", message, [&] { fit(sets, isNewHead); });
}

TEST(FitWeights, TakesNamesAsTheyAre) {
  const WeightFit found = fit({{"", entries()}});
  EXPECT_EQ(found.set, 0u);
  EXPECT_EQ(found.entries.size(), 4u);
  for (const auto& [name, entry] : found.entries) EXPECT_EQ(entries()[entry].name, name);
}

TEST(FitWeights, FindsTheNetworkBehindAnyBeginning) {
  for (const char* beginning :
       {"module.", "_orig_mod.", "model.", "net.", "backbone.", "_orig_mod.module.", "module._orig_mod.", "a.b.c.d."}) {
    const auto named = entries(beginning);
    const WeightFit found = fit({{"", named}});
    ASSERT_EQ(found.entries.size(), 4u) << beginning;
    for (const auto& [name, entry] : found.entries) EXPECT_EQ(named[entry].name, beginning + name);
  }
}

TEST(FitWeights, LooksThroughWrappersWithin) {
  for (const char* wrapped : {"stem.module.0.weight", "stem._orig_mod.0.weight", "_fsdp_wrapped_module.stem.0.weight",
                              "stem.0._checkpoint_wrapped_module.weight"}) {
    std::vector<WeightEntry> named = entries();
    named[0].name = wrapped;
    EXPECT_EQ(fit({{"", named}}).entries.size(), 4u) << wrapped;
  }
}

TEST(FitWeights, IsBoundedInWhatItTries) {
  // Dots in every name, wrappers in every name, and as many beginnings as names: each of them took hours or gigabytes.
  std::vector<WeightEntry> dotted, wrapped, many;
  std::string dots, wrappers;
  for (int i = 0; i < 450; ++i) dots += "a.";
  for (int i = 0; i < 140; ++i) wrappers += "module.";
  for (int i = 0; i < 60'000; ++i) {
    dotted.push_back({dots + std::to_string(i), {1}});
    wrapped.push_back({std::to_string(i) + "." + wrappers + "fc.weight", {2, 4}});
    many.push_back({std::to_string(i) + ".fc.weight", {2, 4}});
  }
  for (const auto& named : {dotted, wrapped, many}) expectRefused({{"", named}}, "missing tensors");
  EXPECT_EQ(fit({{"", many + entries("module.")}}).entries.size(), 4u);
}

TEST(FitWeights, LeavesWhatIsAnotherPartsAlone) {
  const std::vector<WeightEntry> others{{"n_averaged", {}}, {"criterion.weight", {2}}, {"modelling.fc.weight", {9}}};
  EXPECT_EQ(fit({{"", entries("module.") + others}}).entries.size(), 4u);
  EXPECT_EQ(fit({{"", others + entries("model.")}}).entries.size(), 4u);
  expectRefused({{"", entries() + others}},
                "unexpected tensors (3): n_averaged, criterion.weight, modelling.fc.weight");
  expectRefused({{"", entries("model.") + std::vector<WeightEntry>{{"model.more", {1}}}}},
                "unexpected tensors (1): model.more");
}

TEST(FitWeights, IgnoresWhatIsNoTensorAndKeepsWhatStandsForOne) {
  std::vector<WeightEntry> named = entries() + std::vector<WeightEntry>{{"epoch", {}, false}};
  EXPECT_EQ(fit({{"", named}}).entries.size(), 4u);
  named[0].isTensor = false;
  named[0].shape.clear();
  // Reading it says what it is.
  EXPECT_EQ(fit({{"", named}}).entries.size(), 4u);
}

TEST(FitWeights, ChoosesTheSetThatFits) {
  const WeightSet optimiser{"optimizer", {{"exp_avg", {4, 3}}, {"exp_avg_sq", {4, 3}}}};
  const WeightSet other{"teacher", entries("", 5)};
  EXPECT_EQ(fit({optimiser, other, {"model", entries("module.")}}).set, 2u);
  // An average of the parameters alone, without the buffers that the network needs.
  EXPECT_EQ(fit({{"ema", {{"stem.0.weight", {4, 3}}, {"fc.weight", {2, 4}}}}, {"model", entries()}}).set, 1u);
}

TEST(FitWeights, PrefersTheModelToItsAverage) {
  for (const char* average : {"ema", "model_ema", "ema_state_dict", "state_dict_ema", "ema_model.module", "swa_model",
                              "model-averaged", "shadow"}) {
    for (const char* model : {"", "model", "state_dict", "model_state_dict", "model_state", "net", "student"}) {
      EXPECT_EQ(fit({{average, entries()}, {model, entries()}}).set, 1u) << average << " and " << model;
    }
    EXPECT_EQ(fit({{average, entries()}}).set, 0u) << average;
  }
  // Within one set, as libraries that keep both in one module save them.
  const auto both = entries("ema_model.") + entries("online_model.");
  for (const auto& [name, entry] : fit({{"", both}}).entries) EXPECT_EQ(both[entry].name, "online_model." + name);
  // A common word is no average: `schema` and `cinema` hold its letters.
  expectRefused({{"schema", entries()}, {"cinema", entries()}}, "`schema`, `cinema`");
}

TEST(FitWeights, GuessesNothingAmongEquals) {
  expectRefused({{"best", entries()}, {"last", entries()}}, "several do: `best`, `last`");
  expectRefused({{"", entries("student.") + entries("teacher.")}}, "several do: `student`, `teacher`");
  expectRefused({{"model_ema", entries()}, {"swa", entries()}}, "several do: `model_ema`, `swa`");
  EXPECT_EQ(fit({{"best", entries()}, {"state_dict", entries()}}).set, 1u);
}

TEST(FitWeights, TellsWhatIsWrongOfTheNearest) {
  expectRefused({{"", {{"x", {1}}}}}, "file does not fit the architecture: missing tensors (3): fc.weight");
  expectRefused({{"optimizer", {{"exp_avg", {4, 3}}}}, {"model", entries("module.", 5)}},
                "file, `model.module`, does not fit the architecture: wrong shapes (1): fc.weight expected [2, 4] but "
                "received [5, 4]");
  expectRefused({{"", entries() + entries("module.")}}, "twice");
}

TEST(FitWeights, TakesKernelsOfPicturesAndLeavesTheirHeadWhereItDoesNotFit) {
  const WantedWeights wanted{
      {{"stem.weight", {4, 3, 5, 7, 7}}, {"stem.bias", {4}}, {"fc.weight", {2, 4}}, {"fc.bias", {2}}}, "fc"};
  const auto pictures = [](int64_t classes) {
    return std::vector<WeightEntry>{
        {"stem.weight", {4, 3, 7, 7}}, {"stem.bias", {4}}, {"fc.weight", {classes, 4}}, {"fc.bias", {classes}}};
  };
  EXPECT_EQ(fitWeights({{"", pictures(2)}}, wanted, "file").entries.size(), 4u);
  EXPECT_EQ(fitWeights({{"", pictures(1000)}}, wanted, "file").entries.size(), 2u);
  // Of as many classes, but for vectors of another width.
  std::vector<WeightEntry> narrow = pictures(2);
  narrow[2].shape = {2, 3};
  EXPECT_EQ(fitWeights({{"", narrow}}, wanted, "file").entries.size(), 2u);
  std::vector<WeightEntry> headless = pictures(2);
  headless.resize(2);
  EXPECT_EQ(fitWeights({{"", headless}}, wanted, "file").entries.size(), 2u);
  std::vector<WeightEntry> larger = pictures(2);
  larger[0].shape = {4, 3, 5, 5};
  test::expectError("ERR_WEIGHTS", "stem.weight expected [4, 3, 5, 7, 7] but received [4, 3, 5, 5]", [&] {
    fitWeights({{"", larger}}, wanted, "file");
  });
  // Those of clips are to fit as a whole.
  std::vector<WeightEntry> clips = pictures(1000);
  clips[0].shape = {4, 3, 5, 7, 7};
  test::expectError("ERR_WEIGHTS", "fc.weight expected [2, 4] but received [1000, 4]", [&] {
    fitWeights({{"", clips}}, wanted, "file");
  });
}

TEST(FitWeights, AskedForANewHeadNeedsNone) {
  EXPECT_EQ(fit({{"", entries("model.", 7)}}, true).entries.size(), 3u);
  std::vector<WeightEntry> headless = entries();
  headless.pop_back();
  EXPECT_EQ(fit({{"", headless}}, true).entries.size(), 3u);
}

}  // namespace
}  // namespace kinetorch::model

// New networks on the weights of others.
#include "native/model/create_model.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <map>

#include "native/model/model_file.h"
#include "native/training/network_state.h"
#include "test/native/formats/archive_builder.h"
#include "test/native/support/tiny_network.h"

namespace kinetorch::model {
namespace {

using test::codeOf;

CreateOptions optionsOf(int64_t numClasses, uint64_t seed) {
  CreateOptions options;
  options.architecture = "r2plus1d_dw";
  options.numClasses = numClasses;
  options.seed = seed;
  options.metadata = "{}";
  return options;
}

std::map<std::string, at::Tensor> stateIn(const std::vector<uint8_t>& archive) {
  const training::NamedTensors tensors = training::stateOf(ModelFile::open({"", archive}).module());
  return {tensors.begin(), tensors.end()};
}

TEST(CreateModel, TakesAllButTheHeadOfAnArchive) {
  const std::vector<uint8_t> trained = createModel(optionsOf(5, 1));
  const test::TemporaryFile file({trained.begin(), trained.end()});
  const auto body = stateIn(trained);
  const auto head = stateIn(createModel(optionsOf(3, 2)));
  for (const formats::FileSource& source : {formats::FileSource{"", trained}, formats::FileSource{file.path(), {}}}) {
    CreateOptions options = optionsOf(3, 2);
    options.weights = {source};
    options.newHead = true;
    const auto made = stateIn(createModel(options));
    EXPECT_EQ(made.size(), body.size());
    for (const auto& [name, tensor] : made) {
      const bool isHead = name.rfind("fc.", 0) == 0;
      EXPECT_TRUE(tensor.equal((isHead ? head : body).at(name))) << name;
    }
    options.newHead = false;
    EXPECT_EQ(codeOf([&] { createModel(options); }), "ERR_WEIGHTS");
  }
}

TEST(CreateModel, TakesTheHeadToo) {
  CreateOptions options = optionsOf(5, 2);
  const auto expected = stateIn(createModel(optionsOf(5, 1)));
  options.weights = {{"", createModel(optionsOf(5, 1))}};
  for (const auto& [name, tensor] : stateIn(createModel(options))) EXPECT_TRUE(tensor.equal(expected.at(name))) << name;
}

TEST(CreateModel, RefusesOtherBodies) {
  CreateOptions options = optionsOf(5, 1);
  options.weights = {{"", createModel(options)}};
  options.newHead = true;
  options.architecture = "r3d_18";
  EXPECT_EQ(codeOf([&] { createModel(options); }), "ERR_WEIGHTS");
  options.weights[0].bytes.resize(1000);
  EXPECT_EQ(codeOf([&] { createModel(options); }), "ERR_WEIGHTS");
  options.weights = {{"/no/such/file.pth", {}}};
  EXPECT_EQ(codeOf([&] { createModel(options); }), "ERR_FILE_NOT_FOUND");
}

}  // namespace
}  // namespace kinetorch::model

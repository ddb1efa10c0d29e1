#include "native/formats/foreign_file.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "test/native/formats/archive_builder.h"

namespace kinetorch::formats {
namespace {

std::string whatIs(const std::string& content) {
  const auto source = ByteSource::open({"", std::vector<uint8_t>(content.begin(), content.end())});
  const auto foreign = foreignFileOf(*source);
  return foreign ? foreign->what : "";
}

TEST(ForeignFile, IsKnownByItsFirstBytes) {
  const std::string rest(600, 'x');
  EXPECT_NE(whatIs("\x89HDF\r\n\x1A\n" + rest).find("Keras"), std::string::npos);
  EXPECT_NE(whatIs("\x08\x07\x12\x07pytorch" + rest).find("ONNX"), std::string::npos);
  EXPECT_NE(whatIs("\x1F\x8B" + rest).find("gzip"), std::string::npos);
  EXPECT_NE(whatIs(std::string(257, 'x') + "ustar" + rest).find("tar"), std::string::npos);
  EXPECT_NE(whatIs(std::string("sys_info") + std::string(249, '\0') + "ustar" + rest).find("torch.save"),
            std::string::npos);
  EXPECT_NE(whatIs(std::string("\x40\0\0\0\0\0\0\0", 8) + "{\"a\":" + rest).find("safetensors"), std::string::npos);
  EXPECT_NE(whatIs("\n<!DOCTYPE html><html>" + rest).find("web page"), std::string::npos);
  EXPECT_NE(whatIs("version https://git-lfs.github.com/spec/v1\n").find("Git LFS"), std::string::npos);
  EXPECT_NE(whatIs("<?xml version=\"1.0\"?>\n<net name=\"x\">" + rest).find("OpenVINO"), std::string::npos);
  EXPECT_NE(whatIs("\x80\x04\x95" + rest).find("pickle"), std::string::npos);
}

std::string whatHolds(const std::vector<std::string>& names) {
  std::vector<test::TestEntry> entries;
  for (const std::string& name : names) entries.push_back({name, "x"});
  const test::Bytes zip = test::buildZip(entries);
  return whatIs({zip.begin(), zip.end()});
}

TEST(ForeignFile, IsNoTorchScriptWhateverItsCodesFoldersAreCalled) {
  EXPECT_EQ(whatHolds({"net/data.pkl", "net/code/__torch__/torchvision/models/video/resnet.py", "net/constants.pkl"}),
            "");
  EXPECT_EQ(whatHolds({"net/code/__torch__/models/archive_format", "net/constants.pkl"}), "");
  for (const char* exported : {"net/models/model.json", "net/archive_format", "serialized_exported_program.json"}) {
    EXPECT_NE(whatHolds({exported, "net/data/weights/weight_0"}).find("torch.export"), std::string::npos) << exported;
  }
  EXPECT_NE(whatHolds({"net/constants.pkl", "net/bytecode.pkl"}).find("lite interpreter"), std::string::npos);
  EXPECT_EQ(whatHolds({"net/constants.pkl", "net/bytecode.pkl", "net/code/__torch__.py"}), "");
}

TEST(ForeignFile, IsNothingElse) {
  EXPECT_EQ(whatIs(""), "");
  EXPECT_EQ(whatIs("P"), "");
  EXPECT_EQ(whatIs("This is a text file."), "");
  EXPECT_EQ(whatIs("PK\x03\x04 and then nothing that a zip has"), "");
}

}  // namespace
}  // namespace kinetorch::formats

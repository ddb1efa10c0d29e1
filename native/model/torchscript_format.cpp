#include <caffe2/serialize/read_adapter_interface.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "native/formats/code_depth.h"
#include "native/formats/zip_archive.h"
#include "native/model/checked_division.h"
#include "native/model/model_format.h"
#include "native/runtime/error.h"

namespace kinetorch::model {
namespace {

constexpr char kZipMark[] = {'P', 'K', 3, 4};
constexpr size_t kMaxCodeDepth = 500;

// Lets LibTorch read what has been checked, and not what its path may have come to name since; bytes in memory are not
// copied first.
class SourceAdapter : public caffe2::serialize::ReadAdapterInterface {
 public:
  explicit SourceAdapter(std::shared_ptr<const formats::ByteSource> source) : source_(std::move(source)) {}

  size_t size() const override { return static_cast<size_t>(source_->size()); }

  size_t read(uint64_t position, void* target, size_t count, const char*) const override {
    source_->readAt(position, target, count);
    return count;
  }

 private:
  std::shared_ptr<const formats::ByteSource> source_;
};

bool detect(const formats::ByteSource& source) {
  char mark[sizeof(kZipMark)];
  if (source.size() < sizeof(mark)) return false;
  source.readAt(0, mark, sizeof(mark));
  return std::memcmp(mark, kZipMark, sizeof(mark)) == 0;
}

// LibTorch's parser recurses, and would end the process where the stack does.
void checkCode(const formats::ZipArchive& archive, const std::string& label) {
  const std::string folder = archive.root() + "/code/";
  for (const formats::ZipEntry& entry : archive.entries()) {
    if (entry.name.rfind(folder, 0) != 0 || std::filesystem::path(entry.name).extension() != ".py") continue;
    const std::vector<uint8_t> code = archive.read(entry);
    const size_t depth = formats::codeDepth({reinterpret_cast<const char*>(code.data()), code.size()});
    if (depth <= kMaxCodeDepth) continue;
    throw Error("ERR_MODEL_FORMAT", label + ": expected " + formats::inQuotes(entry.name) + " to nest at most " +
                                        std::to_string(kMaxCodeDepth) + " deep but it nests " + std::to_string(depth) +
                                        " deep");
  }
}

std::optional<std::string> check(std::shared_ptr<const formats::ByteSource> source) {
  const std::string label = source->label();
  const formats::ZipArchive archive(std::move(source));
  archive.checkAll();
  checkCode(archive, label);
  return archive.readExtraFile(kMetadataFile);
}

torch::jit::Module load(std::shared_ptr<const formats::ByteSource> source) {
  try {
    checkDivisions();
    return torch::jit::load(std::make_shared<SourceAdapter>(std::move(source)), c10::Device(c10::kCPU));
  } catch (...) {
    throw currentError("ERR_MODEL_FORMAT");
  }
}

}  // namespace

const ModelFormat kTorchScript{"torchscript", detect, check, load};

}  // namespace kinetorch::model

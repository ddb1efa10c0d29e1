#include <caffe2/serialize/read_adapter_interface.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "native/formats/code_depth.h"
#include "native/formats/pickle_scan.h"
#include "native/formats/zip_archive.h"
#include "native/model/build_with_weights.h"
#include "native/model/checked_division.h"
#include "native/model/model_format.h"
#include "native/model/scan_code.h"
#include "native/runtime/error.h"

namespace kinetorch::model {
namespace {

constexpr char kZipMark[] = {'P', 'K', 3, 4};
constexpr size_t kMaxCodeDepth = 500;
// Bytes that the scan looks at; Kinetorch's largest networks have less than 1 MB of either.
constexpr size_t kMaxPickle = size_t{32} << 20;
constexpr size_t kMaxScannedCode = size_t{8} << 20;

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

// Files of the archive's code, which LibTorch reads when a class is first named.
template <typename Use>
void forEachCode(const formats::ZipArchive& archive, const Use& use) {
  const std::string folder = archive.root() + "/code/";
  for (const formats::ZipEntry& entry : archive.entries()) {
    if (entry.name.rfind(folder, 0) != 0 || std::filesystem::path(entry.name).extension() != ".py") continue;
    const std::vector<uint8_t> code = archive.read(entry);
    use(entry.name, entry.name.substr(folder.size()), {reinterpret_cast<const char*>(code.data()), code.size()});
  }
}

bool detect(const formats::ByteSource& source) {
  char mark[sizeof(kZipMark)];
  if (source.size() < sizeof(mark)) return false;
  source.readAt(0, mark, sizeof(mark));
  return std::memcmp(mark, kZipMark, sizeof(mark)) == 0;
}

// LibTorch's parser recurses, and would end the process where the stack does.
void checkCode(const formats::ZipArchive& archive, const std::string& label) {
  forEachCode(archive, [&](const std::string& name, const std::string&, std::string_view code) {
    const size_t depth = formats::codeDepth(code);
    if (depth <= kMaxCodeDepth) return;
    throw Error("ERR_MODEL_FORMAT", label + ": expected " + formats::inQuotes(name) + " to nest at most " +
                                        std::to_string(kMaxCodeDepth) + " deep but it nests " + std::to_string(depth) +
                                        " deep");
  });
}

// "__torch__/models/net.py" holds what is called "__torch__.models.net.…".
std::string moduleOf(std::string path) {
  path.resize(path.size() - std::string_view(".py").size());
  std::replace(path.begin(), path.end(), '/', '.');
  return path;
}

std::vector<std::string> scan(std::shared_ptr<const formats::ByteSource> source) {
  const formats::ZipArchive archive(std::move(source));
  std::vector<std::string> findings;
  const auto add = [&](const std::vector<std::string>& more, const char* before) {
    for (const std::string& each : more) {
      if (std::find(findings.begin(), findings.end(), before + each) == findings.end())
        findings.push_back(before + each);
    }
  };
  for (const formats::ZipEntry& entry : archive.entries()) {
    if (std::filesystem::path(entry.name).extension() != ".pkl") continue;
    const std::string name = entry.name.substr(archive.root().size() + 1);
    if (entry.size > kMaxPickle) {
      findings.push_back("its " + name + " has more than " + std::to_string(kMaxPickle) + " bytes");
    } else {
      add(formats::scanPickle(archive.read(entry), name), "");
    }
  }
  forEachCode(archive, [&](const std::string&, const std::string& path, std::string_view code) {
    if (code.size() > kMaxScannedCode) {
      findings.push_back("its code in " + path + " has more than " + std::to_string(kMaxScannedCode) + " bytes");
    } else {
      add(scanCode(code, moduleOf(path)), "its code ");
    }
  });
  return findings;
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

const ModelFormat kTorchScript{"torchscript", detect, check, scan, load, buildWithWeights};

}  // namespace kinetorch::model

#include "native/formats/foreign_file.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <vector>

#include "native/formats/onnx.h"
#include "native/formats/pickle_reader.h"
#include "native/formats/torch_legacy.h"
#include "native/formats/zip_archive.h"
#include "native/runtime/error.h"

namespace kinetorch::formats {
namespace {

constexpr size_t kPrefixSize = 512;  // as far as the mark of a tar archive
constexpr uint64_t kMaxPickleSize = uint64_t{32} << 20;

const std::string kScript = "torch.jit.script(model.eval()).save('model.pt'), or torch.jit.trace";
const std::string kFromPython = "in Python, save the network with " + kScript;
const std::string kAsWeights = "in Python, torch.save(model.state_dict(), 'weights.pth') saves weights";

ForeignFile weightsAlone(const std::string& what) {
  return {what,
          "give it to createModel as `weights`, with the name of its architecture (kinetorch create --weights), or " +
              kFromPython,
          ""};
}

ForeignFile ofPython(const std::string& what) { return {what, kFromPython, kAsWeights}; }

ForeignFile ofAnother(const std::string& what, const std::string& framework) {
  const std::string convert = "bring the network to PyTorch, or take its PyTorch version, and ";
  return {what + " of " + framework, convert + "save it with " + kScript,
          convert + "save its weights with torch.save(model.state_dict(), path)"};
}

// By PyTorch 0.1.9 and earlier.
ForeignFile savedAsTar() {
  const std::string again =
      "read it in Python, where you trust it, and save it again: torch.save(torch.load(path, weights_only=False), "
      "path)";
  return {"a tar archive of torch.save, from before PyTorch 0.1.10", again, again};
}

ForeignFile packed(const std::string& what) {
  return {what, "unpack it first and give what is inside", "unpack it first and give what is inside"};
}

bool endsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

class Prefix {
 public:
  explicit Prefix(const ByteSource& source) : bytes_(std::min<uint64_t>(source.size(), kPrefixSize), '\0') {
    source.readAt(0, bytes_.data(), bytes_.size());
  }

  bool has(size_t offset, const std::string& mark) const { return bytes_.compare(offset, mark.size(), mark) == 0; }
  bool reaches(size_t offset) const { return bytes_.size() > offset; }
  bool at(size_t offset, const std::string& mark) const { return reaches(offset) && has(offset, mark); }
  bool mentions(const std::string& word) const { return bytes_.find(word) != std::string::npos; }
  // Text, as far as it is read, that begins so after white space.
  bool beginsText(const std::string& mark) const {
    const size_t begin = bytes_.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    return begin != std::string::npos && at(begin, mark);
  }
  unsigned char byte(size_t offset) const { return reaches(offset) ? static_cast<unsigned char>(bytes_[offset]) : 0; }

 private:
  std::string bytes_;
};

// Whether what a pickle holds is a module, or has modules in it, and not tensors alone.
bool holdsModules(const std::vector<uint8_t>& pickle) {
  try {
    const PickleTree tree = readPickle(pickle, "");
    if (tree[tree.root].kind == PickleKind::kObject) return true;
    return std::any_of(tree.values.begin(), tree.values.end(), [](const PickleValue& value) {
      return value.kind == PickleKind::kGlobal && value.text.rfind("torch.nn.modules.", 0) == 0;
    });
  } catch (const Error&) {
    return false;  // Python would not write it: whoever reads its weights says what is wrong.
  }
}

ForeignFile savedByTorch(const ZipArchive& archive, const ZipEntry& pickle) {
  if (pickle.size <= kMaxPickleSize && holdsModules(archive.read(pickle))) {
    return ofPython("a whole Python module that torch.save pickled, which only the Python code that made it can read");
  }
  return weightsAlone("a state dict or checkpoint of torch.save: weights without their network");
}

std::optional<ForeignFile> foreignArchive(std::shared_ptr<const ByteSource> source) {
  ZipLimits limits;
  limits.maxFileSize = ~uint64_t{0};
  limits.maxEntries = 1'000'000;
  limits.maxInflatedSize = ~uint64_t{0};
  const std::vector<ZipEntry> entries = readZipDirectory(*source, limits);
  const auto hasEntry = [&](const std::string& end) {
    return std::any_of(entries.begin(), entries.end(), [&](const ZipEntry& each) { return endsWith(each.name, end); });
  };
  // Directly under the archive's top folder: a package's code has folders of any name.
  const auto hasFolder = [&](const std::string& name) {
    return std::any_of(entries.begin(), entries.end(), [&](const ZipEntry& each) {
      return each.name.compare(each.name.find('/') + 1, name.size() + 1, name + '/') == 0;
    });
  };
  if (hasEntry("bytecode.pkl") && !hasFolder("code")) {
    return ofPython("a TorchScript model for PyTorch's lite interpreter (.ptl)");
  }
  if (hasEntry("constants.pkl")) return std::nullopt;
  if (hasEntry("serialized_exported_program.json") || hasEntry("/archive_format") || hasFolder("models")) {
    return ofPython("a program of torch.export (.pt2)");
  }
  if (hasEntry("model.weights.h5") || hasEntry("keras_metadata.pb")) return ofAnother("a model", "Keras");
  if (hasEntry("saved_model.pb")) return ofAnother("a model", "TensorFlow");
  if (hasEntry(".mlmodel")) return ofAnother("a model", "Core ML");
  if (hasEntry(".npy")) return ofPython("an archive of NumPy's arrays (.npz)");
  if (hasEntry("/data.pkl")) {
    const ZipArchive archive(source, limits);
    if (const ZipEntry* const pickle = archive.find(archive.root() + "/data.pkl"))
      return savedByTorch(archive, *pickle);
  }
  if (entries.size() == 1 || !hasEntry(".pkl")) return packed("a zip archive, but none of PyTorch's");
  return std::nullopt;
}

// The bytes of a source that somebody else owns.
std::shared_ptr<const ByteSource> borrowed(const ByteSource& source) {
  return {&source, [](const ByteSource*) {}};
}

}  // namespace

std::optional<ForeignFile> foreignFileOf(const ByteSource& source) {
  const Prefix prefix(source);
  if (prefix.at(0, "PK\x03\x04")) {
    try {
      return foreignArchive(borrowed(source));
    } catch (const Error&) {
      return std::nullopt;  // damaged
    }
  }
  if (prefix.at(8, "{\"")) return weightsAlone("a safetensors file: weights without their network");
  if (isTorchLegacy(source)) return weightsAlone("a file of torch.save in the format from before PyTorch 1.6");
  if (prefix.byte(0) == 0x80 && prefix.byte(1) >= 2 && prefix.byte(1) <= 5) return ofPython("a pickle of Python's");
  if (prefix.at(0, "\x93NUMPY")) return ofPython("an array of NumPy's (.npy)");
  if (prefix.at(0, "\x89HDF\r\n\x1A\n")) return ofAnother("an HDF5 file, as models", "Keras are");
  if (prefix.at(0, "GGUF")) return ofAnother("a model", "llama.cpp (GGUF)");
  if (prefix.at(4, "TFL3")) return ofAnother("a model", "TensorFlow Lite");
  if (isOnnx(source)) return weightsAlone("an ONNX model");
  if (prefix.at(0, "\x1F\x8B")) return packed("compressed by gzip");
  if (prefix.at(0, "BZh")) return packed("compressed by bzip2");
  if (prefix.at(0,
                "\xFD"
                "7zXZ"))
    return packed("compressed by xz");
  if (prefix.at(0, "\x28\xB5\x2F\xFD")) return packed("compressed by Zstandard");
  if (prefix.at(0, "7z\xBC\xAF\x27\x1C")) return packed("a 7-Zip archive");
  if (prefix.at(257, "ustar")) return prefix.at(0, {"sys_info", 9}) ? savedAsTar() : packed("a tar archive");
  if (prefix.at(0, "version https://git-lfs")) {
    return ForeignFile{"a pointer of Git LFS, not the file itself", "fetch it with git lfs pull",
                       "fetch it with git lfs pull"};
  }
  if (prefix.beginsText("<!DOCTYPE html") || prefix.beginsText("<!doctype html") || prefix.beginsText("<html")) {
    return ForeignFile{"a web page, as a failed download leaves it", "download the file itself",
                       "download the file itself"};
  }
  if (prefix.beginsText("<?xml") && prefix.mentions("<net")) return ofAnother("a model", "OpenVINO");
  return std::nullopt;
}

std::optional<std::string> modelFolderOf(const std::string& path) {
  std::error_code ignored;
  const auto has = [&](const char* name) {
    return std::filesystem::exists(std::filesystem::path(path) / name, ignored);
  };
  if (path.empty() || !std::filesystem::is_directory(path, ignored)) return std::nullopt;
  const auto described = [](const ForeignFile& file) { return file.what + ", a folder; " + file.forModel; };
  if (has("saved_model.pb") || has("keras_metadata.pb")) return described(ofAnother("a SavedModel", "TensorFlow"));
  if (has("Manifest.json") && has("Data")) return described(ofAnother("a package", "Core ML"));
  if (has("model.safetensors") || has("pytorch_model.bin")) {
    return described(weightsAlone("a folder of Hugging Face's, with the weights in a file of it"));
  }
  return std::nullopt;
}

}  // namespace kinetorch::formats

#include "native/formats/onnx.h"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "native/formats/proto_reader.h"
#include "native/runtime/error.h"

namespace kinetorch::formats {
namespace {

constexpr size_t kPrefixSize = 512;
constexpr uint64_t kMaxFileSize = uint64_t{4} << 30;
constexpr size_t kMaxTensors = 65536;
constexpr size_t kMaxRank = 16;
constexpr uint64_t kMaxNameSize = 4096;
// Of integers that are packed: an element is up to eight times as large as its bytes in the file.
constexpr uint64_t kMaxPackedIntegers = uint64_t{1} << 20;
constexpr size_t kMaxNamed = 5;

// Fields of ONNX's messages, and values, as onnx.proto numbers them.
namespace model {
constexpr uint64_t kGraph = 7;
constexpr uint64_t kOperatorSet = 8;
}  // namespace model
namespace graph {
constexpr uint64_t kInitializer = 5;
}
namespace tensor {
constexpr uint64_t kDims = 1;
constexpr uint64_t kDataType = 2;
constexpr uint64_t kFloatData = 4;
constexpr uint64_t kInt64Data = 7;
constexpr uint64_t kName = 8;
constexpr uint64_t kRawData = 9;
constexpr uint64_t kExternalData = 13;
constexpr uint64_t kDataLocation = 14;
}  // namespace tensor

std::optional<ScalarKind> kindOf(uint64_t dataType) {
  switch (dataType) {
    case 1:
      return ScalarKind::kFloat32;
    case 7:
      return ScalarKind::kInt64;
    case 10:
      return ScalarKind::kFloat16;
    case 11:
      return ScalarKind::kFloat64;
    case 16:
      return ScalarKind::kBFloat16;
    default:
      return std::nullopt;
  }
}

// What PyTorch's exporters call a tensor that is in no network: `onnx::Conv_497`, or, since 2.9, the bias of a
// convolution that had none, `layer1.0.conv1.weight_bias`.
bool isOfFolding(const std::string& name) {
  const std::string bias = ".weight_bias";
  return name.rfind("onnx::", 0) == 0 ||
         (name.size() > bias.size() && name.compare(name.size() - bias.size(), bias.size(), bias) == 0);
}

struct Initializer {
  std::string name;
  uint64_t dataType = 0;
  std::vector<int64_t> shape;
  ProtoField data;  // where its elements lie; without a number where they do not
  bool isExternal = false;
};

class OnnxReader {
 public:
  explicit OnnxReader(const ByteSource& source) : source_(source), bytes_(source) {}

  std::vector<Initializer> readInitializers() {
    if (source_.size() > kMaxFileSize) {
      bytes_.fail("expected at most " + std::to_string(kMaxFileSize) + " bytes but received " +
                  std::to_string(source_.size()));
    }
    bool hasOperators = false;
    ProtoMessage fields(bytes_, 0, source_.size());
    for (ProtoField field; fields.next(field);) {
      if (field.number == model::kGraph) readGraph(message(field));
      hasOperators = hasOperators || field.number == model::kOperatorSet;
    }
    // Exporters write it after the graph.
    if (!hasOperators) bytes_.fail("expected the version of its operators but the file ends before it");
    checkNames();
    return std::move(initializers_);
  }

 private:
  ProtoMessage message(const ProtoField& field) {
    if (field.wire != ProtoWire::kBytes) {
      bytes_.fail("expected a message in field " + std::to_string(field.number) + " but received a number");
    }
    return {bytes_, field.begin, field.end};
  }

  void readGraph(ProtoMessage fields) {
    for (ProtoField field; fields.next(field);) {
      if (field.number != graph::kInitializer) continue;
      if (initializers_.size() == kMaxTensors) {
        bytes_.fail("expected at most " + std::to_string(kMaxTensors) + " tensors but there are more");
      }
      initializers_.push_back(readTensor(message(field)));
      check(initializers_.back());
    }
  }

  Initializer readTensor(ProtoMessage fields) {
    Initializer read;
    for (ProtoField field; fields.next(field);) {
      if (field.number == tensor::kDims) {
        readDims(field, read.shape);
      } else if (field.number == tensor::kDataType) {
        read.dataType = field.value;
      } else if (field.number == tensor::kName) {
        read.name = text(field);
      } else if (field.number == tensor::kExternalData) {
        read.isExternal = true;
      } else if (field.number == tensor::kDataLocation) {
        read.isExternal = read.isExternal || field.value != 0;
      } else if (field.number == tensor::kRawData || field.number == tensor::kFloatData ||
                 field.number == tensor::kInt64Data) {
        if (read.data.number != 0 || field.wire != ProtoWire::kBytes) {
          bytes_.fail("expected the elements of a tensor in one piece but received more");
        }
        read.data = field;
      }
    }
    return read;
  }

  // Each in a field of its own, or all of them packed.
  void readDims(const ProtoField& field, std::vector<int64_t>& shape) {
    if (field.wire == ProtoWire::kVarint) {
      addDim(field.value, shape);
      return;
    }
    for (uint64_t position = field.begin; position < field.end;) addDim(bytes_.varint(position, field.end), shape);
  }

  void addDim(uint64_t size, std::vector<int64_t>& shape) {
    if (shape.size() == kMaxRank)
      bytes_.fail("expected at most " + std::to_string(kMaxRank) + " axes but there are more");
    if (size > kMaxFileSize) bytes_.fail("expected sizes of tensors but received " + std::to_string(size));
    shape.push_back(static_cast<int64_t>(size));
  }

  std::string text(const ProtoField& field) {
    if (field.wire != ProtoWire::kBytes || field.size() > kMaxNameSize) {
      bytes_.fail("expected names of at most " + std::to_string(kMaxNameSize) + " bytes but received " +
                  std::to_string(field.size()));
    }
    std::string read(static_cast<size_t>(field.size()), '\0');
    source_.readAt(field.begin, read.data(), read.size());
    return read;
  }

  void check(const Initializer& read) {
    if (read.name.empty()) bytes_.fail("expected a name for each tensor but one has none");
    if (read.isExternal) {
      bytes_.fail("expected the elements of `" + read.name +
                  "` in the file but they are in another one; in Python, onnx.save(onnx.load(path), 'one.onnx') puts "
                  "them in, and torch.onnx.export leaves them there with external_data=False");
    }
    const std::optional<ScalarKind> kind = kindOf(read.dataType);
    if (!kind || read.data.number == tensor::kInt64Data) return;  // Whoever reads it will see.
    uint64_t expected = scalarSize(*kind);
    for (const int64_t size : read.shape) {
      if (size != 0 && expected > kMaxFileSize / static_cast<uint64_t>(size)) {
        bytes_.fail("expected `" + read.name + "` to be no larger than the file");
      }
      expected *= static_cast<uint64_t>(size);
    }
    if (read.data.number == 0) return;  // So will he of those that lie elsewhere.
    if (read.data.size() == expected && (read.data.number != tensor::kFloatData || *kind == ScalarKind::kFloat32))
      return;
    bytes_.fail("expected " + std::to_string(expected) + " bytes of elements in `" + read.name + "` but received " +
                std::to_string(read.data.size()) + (read.data.number == tensor::kFloatData ? " of float_data" : ""));
  }

  void checkNames() {
    std::unordered_set<std::string> names;
    std::vector<std::string> folded;
    for (const Initializer& read : initializers_) {
      if (!names.insert(read.name).second) bytes_.fail("expected unique names but `" + read.name + "` is there twice");
      if (isOfFolding(read.name)) folded.push_back(read.name);
    }
    if (folded.empty()) return;
    std::string named;
    for (size_t i = 0; i < std::min(folded.size(), kMaxNamed); ++i) named += (i ? ", " : "") + folded[i];
    bytes_.fail("expected the tensors of the network itself but " + std::to_string(folded.size()) + " of " +
                std::to_string(initializers_.size()) +
                " are of convolutions that the exporter folded batch norms into (" + named +
                (folded.size() > kMaxNamed ? ", …" : "") +
                "); in Python, export with torch.onnx.export(…, dynamo=False, do_constant_folding=False), "
                "or with dynamo=True, optimize=False, external_data=False");
  }

  const ByteSource& source_;
  ProtoBytes bytes_;
  std::vector<Initializer> initializers_;
};

class OnnxFile final : public WeightFile {
 public:
  OnnxFile(std::unique_ptr<ByteSource> source, std::vector<Initializer> initializers)
      : source_(std::move(source)), initializers_(std::move(initializers)) {
    if (initializers_.empty()) return;
    WeightSet& set = sets_.emplace_back();
    for (const Initializer& each : initializers_) {
      set.entries.push_back({each.name, each.shape, kindOf(each.dataType).has_value()});
    }
  }

  WeightTensor read(size_t, size_t index) override {
    const Initializer& from = initializers_[index];
    const std::optional<ScalarKind> kind = kindOf(from.dataType);
    if (!kind) {
      throw Error("ERR_WEIGHTS", source_->label() + ": expected `" + from.name +
                                     "` to be of float32, float16, bfloat16, float64 or int64 but its data_type is " +
                                     std::to_string(from.dataType));
    }
    WeightTensor read{from.name, *kind, from.shape, {}};
    if (from.data.number == 0 && std::find(from.shape.begin(), from.shape.end(), 0) == from.shape.end()) {
      throw Error("ERR_WEIGHTS", source_->label() + ": expected the elements of `" + from.name +
                                     "` in raw_data, float_data or int64_data but they are in none of these");
    }
    if (from.data.number == tensor::kInt64Data) {
      readIntegers(from, read.bytes);
    } else {
      read.bytes.resize(static_cast<size_t>(from.data.size()));
      source_->readAt(from.data.begin, read.bytes.data(), read.bytes.size());
    }
    return read;
  }

 private:
  void readIntegers(const Initializer& from, std::vector<uint8_t>& to) const {
    ProtoBytes bytes(*source_);
    uint64_t count = 1;
    for (const int64_t size : from.shape) count = std::min(count * static_cast<uint64_t>(size), kMaxPackedIntegers + 1);
    if (kindOf(from.dataType) != ScalarKind::kInt64 || count > kMaxPackedIntegers) {
      bytes.fail("expected int64_data to be that of a small tensor of int64 but `" + from.name + "` has it");
    }
    to.reserve(static_cast<size_t>(count) * sizeof(int64_t));
    uint64_t position = from.data.begin;
    for (; count > 0; --count) {
      const uint64_t value = bytes.varint(position, from.data.end);
      for (size_t i = 0; i < sizeof(value); ++i) to.push_back(static_cast<uint8_t>(value >> (8 * i)));
    }
    if (position != from.data.end) bytes.fail("expected as many elements in `" + from.name + "` as its shape says");
  }

  std::unique_ptr<ByteSource> source_;
  std::vector<Initializer> initializers_;
};

}  // namespace

bool isOnnx(const ByteSource& source) {
  std::string prefix(static_cast<size_t>(std::min<uint64_t>(source.size(), kPrefixSize)), '\0');
  source.readAt(0, prefix.data(), prefix.size());
  const auto mentions = [&](const char* word) { return prefix.find(word) != std::string::npos; };
  // What else it tells comes soon after: who produced it.
  return prefix.size() > 2 && prefix[0] == 0x08 && prefix[1] > 0 && prefix[1] < 0x20 &&
         (prefix[2] == 0x12 || mentions("onnx") || mentions("pytorch"));
}

std::unique_ptr<WeightFile> openOnnx(std::unique_ptr<ByteSource> source) {
  std::vector<Initializer> initializers = OnnxReader(*source).readInitializers();
  return std::make_unique<OnnxFile>(std::move(source), std::move(initializers));
}

}  // namespace kinetorch::formats

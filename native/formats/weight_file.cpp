#include "native/formats/weight_file.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "native/formats/foreign_file.h"
#include "native/formats/onnx.h"
#include "native/formats/safetensors.h"
#include "native/formats/torch_legacy.h"
#include "native/formats/torch_weights.h"
#include "native/formats/torch_zip.h"
#include "native/runtime/error.h"

namespace kinetorch::formats {
size_t scalarSize(ScalarKind kind) {
  switch (kind) {
    case ScalarKind::kFloat64:
    case ScalarKind::kInt64:
      return 8;
    case ScalarKind::kFloat32:
    case ScalarKind::kInt32:
      return 4;
    case ScalarKind::kFloat16:
    case ScalarKind::kBFloat16:
    case ScalarKind::kInt16:
      return 2;
    case ScalarKind::kInt8:
    case ScalarKind::kUInt8:
    case ScalarKind::kBool:
      return 1;
  }
  throw Error("ERR_INTERNAL", "unknown scalar kind");
}

const char* scalarName(ScalarKind kind) {
  switch (kind) {
    case ScalarKind::kFloat64:
      return "float64";
    case ScalarKind::kFloat32:
      return "float32";
    case ScalarKind::kFloat16:
      return "float16";
    case ScalarKind::kBFloat16:
      return "bfloat16";
    case ScalarKind::kInt64:
      return "int64";
    case ScalarKind::kInt32:
      return "int32";
    case ScalarKind::kInt16:
      return "int16";
    case ScalarKind::kInt8:
      return "int8";
    case ScalarKind::kUInt8:
      return "uint8";
    case ScalarKind::kBool:
      return "bool";
  }
  throw Error("ERR_INTERNAL", "unknown scalar kind");
}

std::unique_ptr<WeightFile> openWeights(std::unique_ptr<ByteSource> source) {
  const std::string label = source->label();
  std::array<char, 9> prefix{};
  source->readAt(0, prefix.data(), static_cast<size_t>(std::min<uint64_t>(source->size(), prefix.size())));

  std::unique_ptr<WeightFile> file;
  // A zip has its compression method at byte 8, which is never '{': the two cannot be taken for each other.
  if (prefix[8] == '{') {
    file = openSafetensors(std::move(source));
  } else if (isZip(*source)) {
    file = weightsOf(readTorchZip(std::move(source)), label);
  } else if (isTorchLegacy(*source)) {
    file = weightsOf(readTorchLegacy(std::move(source)), label);
  } else if (isOnnx(*source)) {
    file = openOnnx(std::move(source));
  } else {
    const std::string expected = label + ": expected a .safetensors file, a PyTorch .pth file or an ONNX model but ";
    const auto foreign = foreignFileOf(*source);
    throw Error("ERR_WEIGHTS",
                expected + (foreign ? "this is " + foreign->what + "; " + foreign->forWeights : "it is none of them"));
  }
  if (file->sets().empty()) throw Error("ERR_WEIGHTS", label + ": expected tensors but the file holds none");
  return file;
}

}  // namespace kinetorch::formats

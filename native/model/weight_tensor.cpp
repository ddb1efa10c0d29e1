#include "native/model/weight_tensor.h"

#include <ATen/ATen.h>

#include "native/runtime/error.h"

namespace kinetorch::model {

c10::ScalarType torchKind(formats::ScalarKind kind) {
  switch (kind) {
    case formats::ScalarKind::kFloat64:
      return at::kDouble;
    case formats::ScalarKind::kFloat32:
      return at::kFloat;
    case formats::ScalarKind::kFloat16:
      return at::kHalf;
    case formats::ScalarKind::kBFloat16:
      return at::kBFloat16;
    case formats::ScalarKind::kInt64:
      return at::kLong;
    case formats::ScalarKind::kInt32:
      return at::kInt;
    case formats::ScalarKind::kInt16:
      return at::kShort;
    case formats::ScalarKind::kInt8:
      return at::kChar;
    case formats::ScalarKind::kUInt8:
      return at::kByte;
    case formats::ScalarKind::kBool:
      return at::kBool;
  }
  throw Error("ERR_INTERNAL", "unknown ScalarKind");
}

at::Tensor viewOf(formats::WeightTensor& weights) {
  return at::from_blob(weights.bytes.data(), weights.shape, torchKind(weights.kind));
}

}  // namespace kinetorch::model

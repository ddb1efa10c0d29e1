#include "native/preprocessing/place_tensor.h"

#include <ATen/ATen.h>

#include "native/preprocessing/finite.h"
#include "native/runtime/error.h"

namespace kinetorch::preprocessing {

void checkFinite(const ClipTensor& tensor) {
  if (allFinite(tensor.values.data(), static_cast<int64_t>(tensor.values.size()))) return;
  throw Error("ERR_CLIP_DATA", "expected finite values in the tensor but it holds NaN or infinity");
}

void placeTensor(const ClipTensor& tensor, const at::Tensor& slot) {
  checkFinite(tensor);
  float* const values = const_cast<float*>(tensor.values.data());
  slot.copy_(at::from_blob(values, {tensor.channels, slot.size(1), slot.size(2), slot.size(3)}, at::kFloat));
}

}  // namespace kinetorch::preprocessing

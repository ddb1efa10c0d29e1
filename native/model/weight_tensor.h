#pragma once

#include <ATen/core/Tensor.h>

#include "native/formats/weight_file.h"

namespace kinetorch::model {

c10::ScalarType torchKind(formats::ScalarKind kind);

// A view of the elements, which must outlive it.
at::Tensor viewOf(formats::WeightTensor& weights);

}  // namespace kinetorch::model

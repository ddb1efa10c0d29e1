#pragma once

#include <ATen/core/Tensor.h>

#include "native/engine/batch.h"

namespace kinetorch::engine {

// Gives each item without an error its result from its row of `rows`, float N×classes (or N×C, of embeddings) on the
// CPU; rows beyond the items are left alone. A row with NaN is that item's error.
void readRows(const at::Tensor& rows, BatchItems items);

}  // namespace kinetorch::engine

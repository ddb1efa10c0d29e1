#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "native/network/network.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::network {

// Two random clips and what a network gives for each of them alone.
struct ClipsAlone {
  at::Tensor clips;
  at::Tensor logits;
};

ClipsAlone runAlone(Network& network, const preprocessing::InputSpec& input, const at::TensorOptions& options);

// Whether each clip of a batch of this size gets what it gets alone, as far as `precision` goes; false too where the
// network fails. The two clips take turns without a pattern: rows that were exchanged or mixed would show.
bool isRightInBatch(Network& network, const ClipsAlone& alone, int64_t size, c10::ScalarType precision);

}  // namespace kinetorch::network

#pragma once

#include <ATen/core/Tensor.h>

#include <chrono>
#include <cstdint>
#include <optional>

#include "native/network/network.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::network {

// What each of several clips gets alone.
at::Tensor runEachAlone(Network& network, const at::Tensor& clips);

// Two clips and what a network gives for each of them alone.
struct ClipsAlone {
  at::Tensor clips;
  at::Tensor outputs;
  std::chrono::duration<double, std::milli> time{0};  // that one of them takes
};

// Two whose outputs are numbers and differ by so much more than rounding in `precision` that a row which got the other
// clip's would show; none where no such clips were found. The network has run before.
std::optional<ClipsAlone> findUnlikeClips(Network& network, const preprocessing::InputSpec& input,
                                          const at::TensorOptions& options, c10::ScalarType precision);

// Whether each clip of a batch of this size gets what it gets alone, as far as `precision` goes; false too where the
// network fails. The two clips, which are unlike, take turns without a pattern, so that exchanged rows show.
bool isRightInBatch(Network& network, const ClipsAlone& alone, int64_t size, c10::ScalarType precision);

}  // namespace kinetorch::network

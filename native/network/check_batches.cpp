#include "native/network/check_batches.h"

#include <ATen/ATen.h>

#include <vector>

#include "native/network/agreement.h"
#include "native/network/random_clips.h"

namespace kinetorch::network {
namespace {

// Thue and Morse's sequence, which never repeats: 0, 1, 1, 0, 1, 0, 0, 1, …
at::Tensor turns(int64_t size, c10::Device device) {
  std::vector<int64_t> turns;
  for (int64_t i = 0; i < size; ++i) turns.push_back(__builtin_parityll(static_cast<unsigned long long>(i)));
  return at::tensor(turns, at::kLong).to(device);
}

}  // namespace

ClipsAlone runAlone(Network& network, const preprocessing::InputSpec& input, const at::TensorOptions& options) {
  const at::Tensor clips = randomClips(2, input).to(options);
  return {clips, at::cat({network.logits(clips.narrow(0, 0, 1)), network.logits(clips.narrow(0, 1, 1))})};
}

bool isRightInBatch(Network& network, const ClipsAlone& alone, int64_t size, c10::ScalarType precision) {
  const at::Tensor order = turns(size, alone.clips.device());
  try {
    const at::Tensor found = network.logits(alone.clips.index_select(0, order));
    const at::Tensor expected = alone.logits.index_select(0, order);
    return found.sizes() == expected.sizes() && agree(found, expected, precision);
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace kinetorch::network

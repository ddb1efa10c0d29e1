#pragma once

#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "native/architectures/layer_factory.h"

namespace kinetorch::architectures {

// A stage of a classifier and its name there.
using NamedStage = std::pair<std::string, torch::jit::Module>;

// A network that gives clips back: the stages as `encoder`, and above them a `decoder` of `decoderWidth` channels.
// Methods:
//   encode(x) -> List[Tensor]           what each stage gives for N×3×T×H×W
//   decode(stages, size=None) -> Tensor N×3×T×H×W. Stages do not tell an odd side from the even one above it, which is
//                                       what they give without `size`, [H, W]
//   reconstruct(x) -> Tensor            decode(encode(x)), of the very size of x
// Where `masked`, the decoder sees all stages but the stem, and there are besides
//   encode_masked(x, mask)              the same as encode; mask: bool N×H×W, true where no frame is seen
//   forward(x, mask)                    what is learned: pixels, as decode gives them, and differences to the next
//                                       frame, each N×3×T×H×W
// else the decoder sees the last stage alone, as what is strange in a clip would pass by it, and forward is
// reconstruct.
//
// What is hidden is 0 after local contrast normalisation, where the network has one, and a learned token is added there
// after the stem.
torch::jit::Module assembleReconstruction(LayerFactory& factory, const std::vector<NamedStage>& stages,
                                          int64_t decoderWidth, bool masked);

}  // namespace kinetorch::architectures

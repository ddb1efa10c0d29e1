#pragma once

#include "native/engine/batch.h"
#include "native/network/network.h"

namespace kinetorch::engine {

// What a network's numbers are, one a class.
struct ScoreKind {
  bool isMultiLabel = false;        // classes do not exclude each other: probabilities are sigmoids, else a softmax
  bool givesProbabilities = false;  // the network gives those, not logits
};

// Gives each item without an error its result from its row of each of `sources`, which are in the CPU's memory and hold
// what such items want; rows beyond the items are left alone. A row with NaN is that item's error.
void readOutputs(const network::OutputTensors& sources, BatchItems items, const ScoreKind& scores = {});

}  // namespace kinetorch::engine

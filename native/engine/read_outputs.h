#pragma once

#include "native/engine/batch.h"
#include "native/network/network.h"

namespace kinetorch::engine {

// Gives each item without an error its result from its row of each of `sources`, which are in the CPU's memory and hold
// what such items want; rows beyond the items are left alone. A row with NaN is that item's error.
void readOutputs(const network::OutputTensors& sources, BatchItems items);

}  // namespace kinetorch::engine

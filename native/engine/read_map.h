#pragma once

#include "native/engine/batch.h"
#include "native/explanation/gradient_network.h"
#include "native/network/network.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::engine {

// Gives each item with a result the map that it wants, from its rows of the features and logits, as readOutputs gets
// them. The gradient of a logit is the head's weight of each channel, over as many places as its mean is taken of;
// where `head` (Network::headOfFeatures) is undefined, wanting it is that item's error.
void readMaps(const network::OutputTensors& sources, BatchItems items, const at::Tensor& head,
              const preprocessing::InputSpec& input);

// The same for one clip whose gradients were taken.
ClipMap mapOf(const explanation::LayerGradients& layer, explanation::MapMethod method,
              const preprocessing::InputSpec& input);

}  // namespace kinetorch::engine

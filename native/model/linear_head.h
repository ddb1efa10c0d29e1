#pragma once

#include <cstdint>
#include <vector>

namespace torch::jit {
struct Module;
}

namespace kinetorch::model {

// A linear layer: classes×features weights, row-major, and a bias for each class.
struct LinearHead {
  std::vector<float> weight;
  std::vector<float> bias;
};

// Gives a network of the table another head, of any number of classes. Throws ERR_UNSUPPORTED for a network from
// elsewhere, ERR_INVALID_ARGUMENT for a head of another number of features than its own.
void setHead(const torch::jit::Module& network, const LinearHead& head);

}  // namespace kinetorch::model

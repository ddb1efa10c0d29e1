#include "native/model/linear_head.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/api/module.h>

#include <optional>
#include <string>

#include "native/architectures/build.h"
#include "native/runtime/error.h"

namespace kinetorch::model {

void setHead(const torch::jit::Module& network, const LinearHead& head) {
  const std::optional<std::string> path = architectures::headOf(network);
  if (!path) throw Error("ERR_UNSUPPORTED", "expected a network that Kinetorch made, whose head is known");
  torch::jit::Module layer = architectures::moduleAt(network, *path).value();
  const int64_t features = layer.attr("weight").toTensor().size(1);
  const auto classes = static_cast<int64_t>(head.bias.size());
  if (static_cast<int64_t>(head.weight.size()) != classes * features) {
    throw Error("ERR_INVALID_ARGUMENT", "expected a head of " + std::to_string(features) + " numbers a class but " +
                                            "received " + std::to_string(head.weight.size()) + " for " +
                                            std::to_string(classes) + " classes");
  }
  layer.setattr("weight", at::tensor(head.weight, at::kFloat).view({classes, features}));
  layer.setattr("bias", at::tensor(head.bias, at::kFloat));
}

}  // namespace kinetorch::model

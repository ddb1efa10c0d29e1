#include "native/model/per_frame.h"

#include "native/runtime/error.h"

namespace kinetorch::model {

torch::jit::Module perFrame(const torch::jit::Module& network) {
  try {
    torch::jit::Module whole(c10::QualifiedName("__torch__.kinetorch.PerFrame"), network._ivalue()->compilation_unit(),
                             /*shouldMangle=*/true);
    whole.register_attribute("training", c10::BoolType::get(), false);
    whole.register_module("network", network);
    whole.define(R"(
      def forward(self, x: Tensor) -> Tensor:
          clips, channels, frames, height, width = x.size(0), x.size(1), x.size(2), x.size(3), x.size(4)
          pictures = x.transpose(1, 2).reshape([clips * frames, channels, height, width])
          scores = self.network.forward(pictures)
          return scores.reshape([clips, frames, -1]).mean([1])
    )");
    return whole;
  } catch (...) {
    throw currentError("ERR_MODEL_FORWARD");
  }
}

}  // namespace kinetorch::model

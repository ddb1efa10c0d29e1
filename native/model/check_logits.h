#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

namespace kinetorch::model {

// How a caller speaks of what it gave the model and of classes that are not as many as expected.
struct LogitsWording {
  std::string clip;
  std::string (*otherClasses)(int64_t expected, int64_t given);
};

// What a model gave for one clip. Throws ERR_MODEL_FORWARD where it is no row of logits, ERR_MODEL_METADATA where these
// are not `numClasses`.
void checkLogits(const at::Tensor& logits, int64_t numClasses, const LogitsWording& wording);

}  // namespace kinetorch::model

#include "native/model/check_logits.h"

#include <c10/util/StringUtil.h>

#include <string>

#include "native/runtime/error.h"

namespace kinetorch::model {

void checkLogits(const at::Tensor& logits, const at::Tensor& clip, int64_t numClasses) {
  if (logits.dim() != 2 || logits.size(0) != 1) {
    throw Error("ERR_MODEL_FORWARD", c10::str("expected logits of shape [1, classes] for one clip of shape ",
                                              clip.sizes(), " but the model gave ", logits.sizes()));
  }
  if (logits.size(1) != numClasses) {
    throw Error("ERR_MODEL_METADATA", "expected as many labels as the model has logits, " +
                                          std::to_string(logits.size(1)) + ", but received " +
                                          std::to_string(numClasses) + " labels");
  }
}

}  // namespace kinetorch::model

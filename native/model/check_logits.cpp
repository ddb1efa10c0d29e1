#include "native/model/check_logits.h"

#include <c10/util/StringUtil.h>

#include "native/runtime/error.h"

namespace kinetorch::model {

void checkLogits(const at::Tensor& logits, int64_t numClasses, const LogitsWording& wording) {
  if (logits.dim() != 2 || logits.size(0) != 1) {
    throw Error("ERR_MODEL_FORWARD", c10::str("expected logits of shape [1, classes] for ", wording.clip,
                                              " but the model gave ", logits.sizes()));
  }
  if (logits.size(1) != numClasses) {
    throw Error("ERR_MODEL_METADATA", wording.otherClasses(numClasses, logits.size(1)));
  }
}

}  // namespace kinetorch::model

#include "native/engine/read_rows.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kinetorch::engine {
namespace {

bool wantsSoftmax(const BatchItem& item) {
  return item.request.output == Output::kTopK || item.request.output == Output::kProbabilities;
}

// Of equal scores the first class comes first.
Classification topOf(const float* scores, int64_t classes, int64_t count) {
  std::vector<int32_t> order(static_cast<size_t>(classes));
  std::iota(order.begin(), order.end(), 0);
  std::partial_sort(order.begin(), order.begin() + count, order.end(), [scores](int32_t a, int32_t b) {
    return scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
  });
  order.resize(static_cast<size_t>(count));
  Classification top;
  for (const int32_t index : order) top.scores.push_back(scores[index]);
  top.indices = std::move(order);
  return top;
}

}  // namespace

void readRows(const at::Tensor& rows, BatchItems items) {
  const int64_t columns = rows.size(1);
  const at::Tensor values = rows.contiguous();
  const bool anySoftmax = std::any_of(items.begin(), items.end(), wantsSoftmax);
  const at::Tensor probabilities = anySoftmax ? at::softmax(values, 1) : values;
  for (size_t i = 0; i < items.size(); ++i) {
    BatchItem& item = items[i];
    if (item.error) continue;
    const int64_t place = static_cast<int64_t>(i) * columns;
    const float* const wanted = (wantsSoftmax(item) ? probabilities : values).data_ptr<float>() + place;
    // Infinite logits, which float16 may overflow to, have no softmax.
    if (std::any_of(wanted, wanted + columns, [](float value) { return std::isnan(value); })) {
      item.error = Error("ERR_MODEL_FORWARD", "expected numbers but the model gave NaN or infinity for this clip");
      continue;
    }
    if (item.request.output == Output::kTopK) {
      item.result = topOf(wanted, columns, item.request.topK);
    } else {
      item.result.emplace().values.assign(wanted, wanted + columns);
    }
  }
}

}  // namespace kinetorch::engine

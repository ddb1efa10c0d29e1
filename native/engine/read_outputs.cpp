#include "native/engine/read_outputs.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace kinetorch::engine {
namespace {

using network::kOutputs;
using network::Output;
using network::OutputInfo;
using network::OutputTensors;

struct Row {
  const float* values;
  int64_t size;

  // Infinite logits, which float16 may overflow to, have no softmax.
  bool hasNan() const {
    return std::any_of(values, values + size, [](float value) { return std::isnan(value); });
  }
};

Row rowOf(const at::Tensor& rows, size_t index) {
  const int64_t size = rows.numel() / rows.size(0);
  return {rows.const_data_ptr<float>() + static_cast<int64_t>(index) * size, size};
}

bool wantsProbabilities(const BatchItem& item) {
  return item.request.wanted.topK > 0 || item.request.wanted.outputs.has(Output::kProbabilities);
}

at::Tensor probabilitiesOf(const at::Tensor& logits, bool isMultiLabel) {
  return isMultiLabel ? logits.sigmoid() : at::softmax(logits, 1);
}

// Of which those would be the probabilities; finite ones, also of a class that is certain or ruled out.
at::Tensor logitsOf(const at::Tensor& probabilities, bool isMultiLabel) {
  constexpr double kSmallest = std::numeric_limits<float>::min();
  constexpr double kClosest = std::numeric_limits<float>::epsilon() / 2;
  return isMultiLabel ? at::logit(probabilities, kClosest) : probabilities.clamp_min(kSmallest).log();
}

// Of equal scores the first class comes first.
void readTop(const float* scores, int64_t classes, int64_t count, ClipResult& result) {
  std::vector<int32_t>& order = result.indices;
  order.resize(static_cast<size_t>(classes));
  std::iota(order.begin(), order.end(), 0);
  std::partial_sort(order.begin(), order.begin() + count, order.end(), [scores](int32_t a, int32_t b) {
    return scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
  });
  order.resize(static_cast<size_t>(count));
  for (const int32_t index : order) result.scores.push_back(scores[index]);
}

void readItem(const OutputTensors& tensors, size_t index, BatchItem& item) {
  const Wanted& wanted = item.request.wanted;
  network::OutputSet read = wanted.outputs;
  if (wanted.topK > 0) read.add(Output::kProbabilities);
  ClipResult result;
  for (const OutputInfo& info : kOutputs) {
    if (!read.has(info.output)) continue;
    const at::Tensor& rows = tensors[info.output];
    const Row row = rowOf(rows, index);
    if (row.hasNan()) {
      item.error = Error("ERR_MODEL_FORWARD", "expected numbers but the model gave NaN or infinity for this clip");
      return;
    }
    if (wanted.outputs.has(info.output)) {
      result.outputs[info.output] = {{row.values, row.values + row.size}, rows.sizes().slice(1).vec()};
    }
    if (wanted.topK > 0 && info.output == Output::kProbabilities) readTop(row.values, row.size, wanted.topK, result);
  }
  item.result = std::move(result);
}

}  // namespace

void readOutputs(const OutputTensors& sources, BatchItems items, const ScoreKind& scores) {
  OutputTensors tensors;
  for (const OutputInfo& info : kOutputs) {
    if (sources[info.output].defined()) tensors[info.output] = sources[info.output].contiguous();
  }
  at::Tensor& logits = tensors[Output::kLogits];
  at::Tensor& probabilities = tensors[Output::kProbabilities];
  if (logits.defined() && scores.givesProbabilities) {
    probabilities = logits;
    logits = logitsOf(probabilities, scores.isMultiLabel);
  } else if (logits.defined() && std::any_of(items.begin(), items.end(), wantsProbabilities)) {
    probabilities = probabilitiesOf(logits, scores.isMultiLabel);
  }
  for (size_t i = 0; i < items.size(); ++i) {
    if (!items[i].error) readItem(tensors, i, items[i]);
  }
}

}  // namespace kinetorch::engine

#include "native/training/reconstruction.h"

#include <ATen/ATen.h>

#include <string>

#include "native/runtime/error.h"
#include "native/training/cell_statistics.h"
#include "native/training/tube_mask.h"

namespace kinetorch::training {
namespace {

bool isClip(const c10::IValue& output) { return output.isTensor() && output.toTensor().dim() == 5; }

[[noreturn]] void refuse(const char* expected, const c10::IValue& outputs) {
  throw Error("ERR_MODEL_FORWARD", "expected a network that gives back " + std::string(expected) +
                                       " but this one returned " + outputs.type()->annotation_str());
}

// Mean over what is hidden of each clip, summed over the clips.
at::Tensor errorAt(const at::Tensor& hidden, const at::Tensor& prediction, const at::Tensor& target) {
  const at::Tensor squares = (prediction.to(at::kFloat) - target).square().mean({1, 2});
  return (squares * hidden).sum({1, 2}).div(hidden.sum({1, 2})).sum();
}

}  // namespace

at::Tensor Reconstruction::targets(const TrainingBatch& batch) const { return at::ones({batch.batch, 1}); }

double Reconstruction::weight(const at::Tensor& targets) const { return static_cast<double>(targets.size(0)); }

void Reconstruction::checkOutputs(const c10::IValue& outputs) const {
  if (!isClip(outputs)) refuse("a clip", outputs);
}

at::Tensor Reconstruction::loss(const c10::IValue& outputs, const augmentation::PreparedBatch& batch) const {
  return (outputs.toTensor().to(at::kFloat) - batch.clips).square().mean({1, 2, 3, 4}).sum();
}

NamedTensors Reconstruction::metrics(const c10::IValue&, const augmentation::PreparedBatch&) const { return {}; }

EvalResult Reconstruction::evaluate(const c10::IValue& outputs, const augmentation::PreparedBatch& batch) const {
  return {loss(outputs, batch).item<double>(), {}};
}

MaskedReconstruction::MaskedReconstruction(const MaskOptions& options, const preprocessing::InputSpec& input)
    : options_(options), input_(input) {}

at::Tensor MaskedReconstruction::hidden(int64_t clips, augmentation::RandomState& random) const {
  return drawTubeMask(clips, options_, input_, random);
}

std::vector<c10::IValue> MaskedReconstruction::inputs(const augmentation::PreparedBatch& batch) const {
  return {batch.clips, batch.hidden};
}

void MaskedReconstruction::checkOutputs(const c10::IValue& outputs) const {
  const bool isPair = outputs.isTuple() && outputs.toTupleRef().elements().size() == 2;
  if (isPair && isClip(outputs.toTupleRef().elements()[0]) && isClip(outputs.toTupleRef().elements()[1])) return;
  refuse("two clips, of pixels and of differences", outputs);
}

MaskedReconstruction::Errors MaskedReconstruction::errors(const c10::IValue& outputs,
                                                          const augmentation::PreparedBatch& batch) const {
  const auto& predictions = outputs.toTupleRef().elements();
  const CellSize cell{2, options_.cell, options_.cell};
  const at::Tensor& clips = batch.clips;
  Errors errors;
  if (options_.pixels) {
    errors.pixels = errorAt(batch.hidden, predictions[0].toTensor(), normaliseCells(clips, cell));
  }
  if (options_.difference) {
    const int64_t steps = clips.size(2) - 1;
    const at::Tensor differences = clips.narrow(2, 1, steps) - clips.narrow(2, 0, steps);
    errors.difference =
        errorAt(batch.hidden, predictions[1].toTensor().narrow(2, 0, steps), normaliseCells(differences, cell));
  }
  return errors;
}

at::Tensor MaskedReconstruction::loss(const c10::IValue& outputs, const augmentation::PreparedBatch& batch) const {
  const auto [pixels, difference] = errors(outputs, batch);
  if (!pixels.defined()) return difference;
  return difference.defined() ? (pixels + difference) / 2 : pixels;
}

NamedTensors MaskedReconstruction::metrics(const c10::IValue& outputs, const augmentation::PreparedBatch& batch) const {
  const auto [pixels, difference] = errors(outputs, batch);
  NamedTensors metrics;
  if (pixels.defined()) metrics.push_back({"pixels", pixels});
  if (difference.defined()) metrics.push_back({"difference", difference});
  return metrics;
}

}  // namespace kinetorch::training

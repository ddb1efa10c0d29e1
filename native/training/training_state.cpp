#include "native/training/training_state.h"

#include <ATen/ATen.h>

#include "native/training/checkpoint.h"

namespace kinetorch::training {
namespace {

// The live tensors that a checkpoint holds, each under a name of its own.
NamedTensors liveTensors(const TrainingState& state) {
  NamedTensors tensors = stateOf(state.network);
  if (state.average) {
    for (const auto& [name, tensor] : stateOf(state.average->network()))
      tensors.emplace_back("average/" + name, tensor);
  }
  const std::vector<at::Tensor> optimizer = state.optimizer->state();
  for (size_t index = 0; index < optimizer.size(); ++index) {
    tensors.emplace_back("optimizer/" + std::to_string(index), optimizer[index]);
  }
  return tensors;
}

}  // namespace

void TrainingState::saveCheckpoint(const std::string& path, const std::string& callerState) const {
  Checkpoint checkpoint;
  const NamedTensors live = liveTensors(*this);
  checkFinite(live);
  for (const auto& [name, tensor] : live) {
    checkpoint.tensors.emplace_back(name, tensor.detach().cpu().contiguous());
  }
  checkpoint.random = random.state();
  checkpoint.scaler = scaler.state();
  checkpoint.steps = steps;
  checkpoint.callerState = callerState;
  writeCheckpoint(path, checkpoint);
}

std::string TrainingState::loadCheckpoint(const std::string& path) {
  const Checkpoint checkpoint = readCheckpoint(path);
  restoreTensors(path, checkpoint.tensors, liveTensors(*this));
  random.setState(checkpoint.random);
  scaler.setState(checkpoint.scaler);
  steps = checkpoint.steps;
  return checkpoint.callerState;
}

}  // namespace kinetorch::training

// What the tests of networks share.
#pragma once

#include <ATen/ATen.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

#include <string>
#include <vector>

#include "native/architectures/build.h"
#include "native/architectures/catalog.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::test {

// Clips of 4×32×32, as they are.
inline preprocessing::InputSpec smallInput() {
  preprocessing::InputSpec input;
  input.frames = 4;
  input.height = 32;
  input.width = 32;
  input.resize = {32, 32};
  input.mean = {0, 0, 0};
  input.std = {1, 1, 1};
  return input;
}

// As many as their networks tell apart.
inline constexpr int64_t kLivelyClasses = 5;

// As smallInput() has them.
inline at::Tensor smallClips(int64_t count) { return at::randn({count, 3, 4, 32, 32}); }

// One of every kind; deeper ones repeat the same blocks.
inline std::vector<std::string> everyKindOfArchitecture() {
  std::vector<std::string> names;
  for (const architectures::ArchitectureInfo& info : architectures::architectures()) {
    const bool isDeep = (info.family == "csn" && info.name.find("_26") == std::string::npos) ||
                        info.name.find("101") != std::string::npos;
    if (!isDeep) names.push_back(info.name);
  }
  return names;
}

// Fresh networks have batch norms that do nothing and a last layer near zero; these have neither.
inline torch::jit::Module lively(const std::string& architecture, int64_t numClasses) {
  at::NoGradGuard noGrad;
  at::manual_seed(4);
  torch::jit::Module module = architectures::buildArchitecture(architecture, numClasses, 1);
  for (const auto& buffer : module.named_buffers()) {
    at::Tensor value = buffer.value;
    if (buffer.name.find("running_mean") != std::string::npos) value.normal_(0.0, 0.1);
    if (buffer.name.find("running_var") != std::string::npos) value.uniform_(0.5, 1.5);
  }
  const std::string head = architectures::headOf(module).value() + ".weight";
  for (const auto& parameter : module.named_parameters()) {
    at::Tensor value = parameter.value;
    if (value.dim() == 1) value.add_(at::randn_like(value) * 0.1);
    if (parameter.name == head) value.normal_(0.0, 0.3);
  }
  module.eval();
  return module;
}

}  // namespace kinetorch::test

#pragma once

#include <ATen/core/Generator.h>
#include <torch/csrc/jit/api/module.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kinetorch::architectures {

// Time, height, width.
using Size3 = std::array<int64_t, 3>;

// torchvision's epsilon of batch norms, and PyTorch's own.
constexpr double kBnEpsilon = 1e-5;

struct ConvSpec {
  int64_t in = 0;
  int64_t out = 0;
  Size3 kernel{1, 1, 1};
  Size3 stride{1, 1, 1};
  Size3 padding{0, 0, 0};
  int64_t groups = 1;
  bool bias = false;
};

// Makes the TorchScript modules that networks are put together from. Each module gets its own class in one
// compilation unit, with its sizes written into its source, so the archive reads like the network's definition.
// Weights are drawn from `seed` in the order of creation; the same seed gives the same network.
class LayerFactory {
 public:
  using Module = torch::jit::Module;
  using Children = std::vector<std::pair<std::string, Module>>;

  explicit LayerFactory(uint64_t seed);

  // Whether a factory made the module, which its class's name tells.
  static bool made(const Module& module);

  // Kaiming normal, fan_out (He et al. 2015), for a batch norm to follow; with a bias, where none does, drawn as
  // linear().
  Module conv3d(const ConvSpec& spec);
  // `epsilon` is torchvision's in most networks and 1e-3 in VMZ's. `weight` is what the scale starts from.
  Module batchNorm(int64_t channels, double epsilon, double weight = 1.0);
  Module relu();
  Module maxPool(Size3 kernel, Size3 stride, Size3 padding);
  // The larger of every two frames; a last one that has no partner is left out, unless it is the only one.
  Module framePool();
  // Windows as large as their stride; one that reaches over the edge averages what is inside.
  Module averagePool(Size3 stride);
  // Local contrast normalisation of a clip (Jarrett et al. 2009, "What is the Best Multi-Stage Architecture for Object
  // Recognition?"): minus the mean of its surroundings, over their standard deviation, both over all the clip's frames,
  // so that what moves stays what it is. Surroundings are a square of a third of the height. `masked` takes hidden
  // places too, bool N×1×1×H×W: they count in no surroundings, and are 0.
  Module localContrast();
  // A learned vector that stands for what is hidden (bool N×1×1×H×W): `forward(x, hidden)` adds it there.
  Module maskToken(int64_t channels);
  // weight normal(0, 0.01), bias 0.
  Module linear(int64_t in, int64_t out);
  // N×T×C to N×hidden, the last state of one layer; weights uniform within 1/√hidden, as PyTorch's nn.LSTM names and
  // draws them.
  Module lstm(int64_t in, int64_t hidden);
  // In each of the first eighth of channels the values of the next frame, in the second eighth those of the frame
  // before, 0 where there is none (Lin et al. 2019, "TSM: Temporal Shift Module for Efficient Video Understanding").
  Module temporalShift();
  // Children that run one after another.
  Module chain(const Children& children);
  // The same, named "0", "1", … as in nn.Sequential.
  Module sequential(const std::vector<Module>& children);
  // Any module over named children; `source` holds its methods.
  Module composite(const std::string& className, const Children& children, const std::string& source);

 private:
  Module make(const std::string& className);

  std::shared_ptr<torch::jit::CompilationUnit> unit_;
  at::Generator generator_;
};

}  // namespace kinetorch::architectures

#include "native/architectures/layer_factory.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <sstream>

namespace kinetorch::architectures {

namespace {

const std::string kClassPrefix = "__torch__.kinetorch.";
// Of weights that no batch norm follows.
constexpr double kHeadDeviation = 0.01;

std::string list(Size3 size) {
  std::ostringstream text;
  text << '[' << size[0] << ", " << size[1] << ", " << size[2] << ']';
  return text.str();
}

at::Tensor normal(at::IntArrayRef shape, double deviation, const at::Generator& generator) {
  return at::empty(shape, at::kFloat).normal_(0.0, deviation, generator);
}

}  // namespace

LayerFactory::LayerFactory(uint64_t seed)
    : unit_(std::make_shared<torch::jit::CompilationUnit>()),
      generator_(at::make_generator<at::CPUGeneratorImpl>(seed)) {}

bool LayerFactory::made(const Module& module) {
  return module.type()->name()->qualifiedName().rfind(kClassPrefix, 0) == 0;
}

LayerFactory::Module LayerFactory::make(const std::string& className) {
  Module module(c10::QualifiedName(kClassPrefix + className), unit_, /*shouldMangle=*/true);
  module.register_attribute("training", c10::BoolType::get(), true);
  return module;
}

LayerFactory::Module LayerFactory::conv3d(const ConvSpec& spec) {
  Module module = make("Conv3d");
  const auto [time, height, width] = spec.kernel;
  const double fanOut = static_cast<double>(spec.out * time * height * width);
  const double deviation = spec.bias ? kHeadDeviation : std::sqrt(2.0 / fanOut);
  module.register_parameter("weight",
                            normal({spec.out, spec.in / spec.groups, time, height, width}, deviation, generator_),
                            /*is_buffer=*/false);
  if (spec.bias) module.register_parameter("bias", at::zeros({spec.out}), /*is_buffer=*/false);
  std::ostringstream source;
  source << "def forward(self, x: Tensor) -> Tensor:\n"
         << "    return torch.conv3d(x, self.weight, " << (spec.bias ? "self.bias" : "None") << ", "
         << list(spec.stride) << ", " << list(spec.padding) << ", [1, 1, 1], " << spec.groups << ")\n";
  module.define(source.str());
  return module;
}

LayerFactory::Module LayerFactory::batchNorm(int64_t channels, double epsilon, double weight) {
  Module module = make("BatchNorm3d");
  module.register_parameter("weight", at::full({channels}, weight), /*is_buffer=*/false);
  module.register_parameter("bias", at::zeros({channels}), /*is_buffer=*/false);
  module.register_buffer("running_mean", at::zeros({channels}));
  module.register_buffer("running_var", at::ones({channels}));
  module.register_buffer("num_batches_tracked", at::zeros({}, at::kLong));
  std::ostringstream source;
  source << "def forward(self, x: Tensor) -> Tensor:\n"
         << "    if self.training:\n"
         << "        self.num_batches_tracked.add_(1)\n"
         << "    return torch.batch_norm(x, self.weight, self.bias, self.running_mean, self.running_var, "
         << "self.training, 0.1, " << epsilon << ", True)\n";
  module.define(source.str());
  return module;
}

LayerFactory::Module LayerFactory::relu() {
  Module module = make("ReLU");
  module.define("def forward(self, x: Tensor) -> Tensor:\n    return torch.relu_(x)\n");
  return module;
}

LayerFactory::Module LayerFactory::maxPool(Size3 kernel, Size3 stride, Size3 padding) {
  Module module = make("MaxPool3d");
  module.define("def forward(self, x: Tensor) -> Tensor:\n    return torch.max_pool3d(x, " + list(kernel) + ", " +
                list(stride) + ", " + list(padding) + ")\n");
  return module;
}

LayerFactory::Module LayerFactory::framePool() {
  Module module = make("FramePool");
  module.define(R"(
    def forward(self, x: Tensor) -> Tensor:
        frames = min(2, x.size(2))
        return torch.max_pool3d(x, [frames, 1, 1], [frames, 1, 1], [0, 0, 0])
  )");
  return module;
}

LayerFactory::Module LayerFactory::averagePool(Size3 stride) {
  Module module = make("AvgPool3d");
  module.register_attribute("stride", c10::ListType::ofInts(), c10::List<int64_t>({stride[0], stride[1], stride[2]}));
  // In each frame, then over time: LibTorch averages planes in channels_last, of which both steps are views, but clips
  // only after it has copied them to planes of one channel, and what follows then works across two layouts. A window
  // larger than its input, which the last stages of small clips would meet, is refused.
  module.define(R"(
    def forward(self, x: Tensor) -> Tensor:
        batch, channels, time, height, width = x.size(0), x.size(1), x.size(2), x.size(3), x.size(4)
        strides = [self.stride[1], self.stride[2]]
        window = [min(strides[0], height), min(strides[1], width)]
        frames = x.transpose(1, 2).reshape([batch * time, channels, height, width])
        frames = torch.avg_pool2d(frames, window, strides, [0, 0], True, False)
        height, width = frames.size(2), frames.size(3)
        clip = frames.reshape([batch, time, channels, height * width]).transpose(1, 2)
        if self.stride[0] > 1:
            clip = torch.avg_pool2d(clip, [min(self.stride[0], time), 1], [self.stride[0], 1], [0, 0], True, False)
        return clip.reshape([batch, channels, clip.size(2), height, width])
  )");
  return module;
}

LayerFactory::Module LayerFactory::localContrast() {
  Module module = make("LocalContrast");
  // In float32, as the differences may be far smaller than the values. 0.05 is about what a camera's noise amounts to
  // in clips normalised to a deviation of about 1; without it, and the bound of 4, flat places would be noise alone.
  module.define(
      "def forward(self, x: Tensor) -> Tensor:\n"
      "    clip = x.float()\n"
      "    side = x.size(3) // 3 // 2 * 2 + 1\n"
      "    edge = [side // 2, side // 2]\n"
      "    mean = torch.avg_pool2d(clip.mean([2]), [side, side], [1, 1], edge, False, False)\n"
      "    clip = clip - mean.unsqueeze(2)\n"
      "    variance = torch.avg_pool2d(clip.square().mean([1, 2]).unsqueeze(1), [side, side], [1, 1], edge, False, "
      "False)\n"
      "    clip = clip / (variance.sqrt() + 0.05).unsqueeze(2)\n"
      "    return clip.clamp(-4.0, 4.0).type_as(x)\n"
      // The same with sums over what is seen, divided by how much of each window that is.
      "def masked(self, x: Tensor, hidden: Tensor) -> Tensor:\n"
      "    clip = x.float()\n"
      "    side = x.size(3) // 3 // 2 * 2 + 1\n"
      "    edge = [side // 2, side // 2]\n"
      "    frame = hidden.squeeze(2)\n"
      "    seen = torch.avg_pool2d(torch.logical_not(frame).float(), [side, side], [1, 1], edge, False, False)\n"
      "    seen = seen.clamp_min(1e-6)\n"
      "    mean = clip.mean([2]).masked_fill(frame, 0.0)\n"
      "    mean = torch.avg_pool2d(mean, [side, side], [1, 1], edge, False, False) / seen\n"
      "    clip = clip - mean.unsqueeze(2)\n"
      "    variance = clip.square().mean([1, 2]).unsqueeze(1).masked_fill(frame, 0.0)\n"
      "    variance = torch.avg_pool2d(variance, [side, side], [1, 1], edge, False, False) / seen\n"
      "    clip = clip / (variance.sqrt() + 0.05).unsqueeze(2)\n"
      "    return clip.clamp(-4.0, 4.0).masked_fill(hidden, 0.0).type_as(x)\n");
  return module;
}

LayerFactory::Module LayerFactory::maskToken(int64_t channels) {
  Module module = make("MaskToken");
  module.register_parameter("weight", normal({channels}, 0.02, generator_), /*is_buffer=*/false);
  module.define(
      "def forward(self, x: Tensor, hidden: Tensor) -> Tensor:\n"
      "    token = self.weight.type_as(x).reshape([-1, 1, 1, 1])\n"
      "    return x + token * hidden.type_as(x)\n");
  return module;
}

LayerFactory::Module LayerFactory::linear(int64_t in, int64_t out) {
  Module module = make("Linear");
  module.register_parameter("weight", normal({out, in}, kHeadDeviation, generator_), /*is_buffer=*/false);
  module.register_parameter("bias", at::zeros({out}), /*is_buffer=*/false);
  module.define("def forward(self, x: Tensor) -> Tensor:\n    return torch.linear(x, self.weight, self.bias)\n");
  return module;
}

LayerFactory::Module LayerFactory::lstm(int64_t in, int64_t hidden) {
  Module module = make("Lstm");
  const double reach = 1 / std::sqrt(static_cast<double>(hidden));
  const auto add = [&](const char* name, at::IntArrayRef shape) {
    module.register_parameter(name, at::empty(shape, at::kFloat).uniform_(-reach, reach, generator_),
                              /*is_buffer=*/false);
  };
  add("weight_ih_l0", {4 * hidden, in});
  add("weight_hh_l0", {4 * hidden, hidden});
  add("bias_ih_l0", {4 * hidden});
  add("bias_hh_l0", {4 * hidden});
  std::ostringstream source;
  source << "def forward(self, x: Tensor) -> Tensor:\n"
         << "    state = torch.zeros([1, x.size(0), " << hidden << "], dtype=x.dtype, device=x.device)\n"
         << "    weights = [self.weight_ih_l0, self.weight_hh_l0, self.bias_ih_l0, self.bias_hh_l0]\n"
         << "    out, last, cell = torch.lstm(x, [state, state], weights, True, 1, 0.0, self.training, False, True)\n"
         << "    return last.squeeze(0)\n";
  module.define(source.str());
  return module;
}

LayerFactory::Module LayerFactory::temporalShift() {
  Module module = make("TemporalShift");
  module.define(R"(
    def forward(self, x: Tensor) -> Tensor:
        fold = x.size(1) // 8
        ahead = torch.constant_pad_nd(x[:, :fold, 1:], [0, 0, 0, 0, 0, 1], 0)
        behind = torch.constant_pad_nd(x[:, fold:2 * fold, :-1], [0, 0, 0, 0, 1, 0], 0)
        return torch.cat([ahead, behind, x[:, 2 * fold:]], 1)
  )");
  return module;
}

LayerFactory::Module LayerFactory::chain(const Children& children) {
  std::string source = "def forward(self, x: Tensor) -> Tensor:\n";
  for (const auto& [name, child] : children) source += "    x = getattr(self, \"" + name + "\").forward(x)\n";
  return composite("Sequential", children, source + "    return x\n");
}

LayerFactory::Module LayerFactory::sequential(const std::vector<Module>& children) {
  Children named;
  for (size_t i = 0; i < children.size(); ++i) named.emplace_back(std::to_string(i), children[i]);
  return chain(named);
}

LayerFactory::Module LayerFactory::composite(const std::string& className, const Children& children,
                                             const std::string& source) {
  Module module = make(className);
  for (const auto& [name, child] : children) module.register_module(name, child);
  module.define(source);
  return module;
}

}  // namespace kinetorch::architectures

#include "native/engine/read_map.h"

#include <ATen/ATen.h>

#include "native/explanation/activation_map.h"

namespace kinetorch::engine {
namespace {

using explanation::LayerGradients;
using explanation::MapMethod;
using explanation::MapRequest;
using network::Output;

LayerGradients gradientsOf(const at::Tensor& logits, const at::Tensor& features, const at::Tensor& head,
                           const MapRequest& wanted) {
  LayerGradients layer;
  layer.label = wanted.label.value_or(logits.argmax().item<int64_t>());
  layer.activations = features;
  if (wanted.method == MapMethod::kEigenCam) return layer;
  if (!head.defined()) {
    throw Error("ERR_UNSUPPORTED",
                "expected a network whose logits are a linear layer of the mean of its features, or method 'eigencam', "
                "or a layer before the last, but this one makes its logits otherwise");
  }
  const int64_t channels = features.size(0);
  const auto places = static_cast<double>(features.numel() / channels);
  layer.gradients = head[layer.label].div(places).view({channels, 1, 1, 1});
  return layer;
}

}  // namespace

void readMaps(const network::OutputTensors& sources, BatchItems items, const at::Tensor& head,
              const preprocessing::InputSpec& input) {
  for (size_t i = 0; i < items.size(); ++i) {
    BatchItem& item = items[i];
    const std::optional<MapRequest>& wanted = item.request.wanted.map;
    if (!wanted || !item.result) continue;
    const auto row = static_cast<int64_t>(i);
    const auto read = [&] {
      const LayerGradients layer =
          gradientsOf(sources[Output::kLogits][row], sources[Output::kFeatures][row], head, *wanted);
      item.result->map = mapOf(layer, wanted->method, input);
    };
    if (!prepareItem(item, read)) item.result.reset();
  }
}

ClipMap mapOf(const LayerGradients& layer, MapMethod method, const preprocessing::InputSpec& input) {
  const at::Tensor map = explanation::scaledMap(explanation::activationMap(layer.activations, layer.gradients, method),
                                                {input.frames, input.height, input.width})
                             .contiguous();
  const auto* const values = map.const_data_ptr<float>();
  return {{values, values + map.numel()}, layer.label};
}

}  // namespace kinetorch::engine

#include "native/quantisation/quantized_file.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "native/model/serialize_module.h"
#include "native/network/int8_weight.h"
#include "native/network/passes/convolution_node.h"
#include "native/network/passes/suitable_convolution.h"
#include "native/network/random_clips.h"
#include "native/quantisation/quantized_module.h"
#include "native/runtime/error.h"

namespace kinetorch::quantisation {
namespace {

// What is to be found in the file.
network::Convolution3d expectedOf(const CalibratedConvolution& layer, bool isInt8) {
  network::Convolution3d expected = layer.convolution();
  if (!isInt8) return expected;
  expected.weight = network::int8WeightOf(expected.weight).real();
  expected.bias = layer.correctedBias();
  return expected;
}

bool isSame(const at::Tensor& a, const at::Tensor& b) {
  return a.defined() == b.defined() && (!a.defined() || a.equal(b));
}

bool isSame(const network::Convolution3d& a, const network::Convolution3d& b) {
  return isSame(a.weight, b.weight) && isSame(a.bias, b.bias) && a.stride == b.stride && a.padding == b.padding &&
         a.groups == b.groups;
}

bool holdsLayers(const model::ModelFile& file, const preprocessing::InputSpec& input, const CalibratedNetwork& network,
                 const std::vector<uint8_t>& int8) {
  const network::StartedNetwork read =
      network::startNetwork(file, input, network::randomClips(1, input), network::Purpose::kClassify);
  const auto found = network::convolutionsIn(read.network->graph()->block(), network::suitsInt8);
  if (found.size() != int8.size()) return false;
  for (size_t i = 0; i < found.size(); ++i) {
    const network::Convolution3d expected = expectedOf(*network.layers()[i], int8[i] != 0);
    if (!isSame(*network::convolutionOf(found[i]), expected)) return false;
  }
  return true;
}

}  // namespace

std::vector<uint8_t> quantizedFile(const model::ModelFile& file, const preprocessing::InputSpec& input,
                                   const CalibratedNetwork& network, const std::vector<uint8_t>& int8,
                                   const std::string& metadata) {
  network.checkFlags(int8);
  const at::NoGradGuard noGrad;
  std::vector<QuantizedLayer> layers;
  for (size_t i = 0; i < int8.size(); ++i) layers.push_back({int8[i] != 0, network.layers()[i]->correctedBias()});
  std::vector<uint8_t> bytes = model::serializeModule(quantizedModule(file, network.floatKinds(), layers), metadata);
  const c10::InferenceMode guard;
  if (holdsLayers(model::ModelFile::open({"", bytes}), input, network, int8)) return bytes;
  throw Error("ERR_UNSUPPORTED",
              "expected a network whose file has the same layers in the same order when it is read again");
}

}  // namespace kinetorch::quantisation

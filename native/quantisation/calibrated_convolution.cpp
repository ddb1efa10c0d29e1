#include "native/quantisation/calibrated_convolution.h"

#include <ATen/ATen.h>

#include <utility>

#include "native/network/int8_weight.h"
#include "native/network/operators/cpu_layer.h"
#include "native/network/operators/library_convolution.h"
#include "native/network/passes/suitable_convolution.h"
#include "native/quantisation/grid.h"

namespace kinetorch::quantisation {
namespace {

// Else it is spread over what it is added to, in float32.
bool isLike(const at::Tensor& residual, const at::Tensor& given) {
  return residual.sizes() == given.sizes() && residual.scalar_type() == at::kFloat;
}

}  // namespace

CalibratedConvolution::CalibratedConvolution(network::Convolution3d convolution, bool relu)
    : convolution_(std::move(convolution)), relu_(relu) {}

at::Tensor CalibratedConvolution::run(const at::Tensor& input, const at::Tensor& residual) {
  if (input.dim() == 4) {
    return run(input.unsqueeze(0), residual.defined() && residual.dim() == 4 ? residual.unsqueeze(0) : residual)
        .squeeze(0);
  }
  TORCH_CHECK(input.scalar_type() == at::kFloat, "expected float32 but received ", input.scalar_type());
  const at::Tensor given =
      mode_ == Mode::kSimulate ? simulatedSum(input, residual, correctedBias()) : sum(input, residual);
  if (mode_ == Mode::kFloat) multiplications_ += multiplicationsFor(given);
  if (mode_ == Mode::kObserve) observe(input, residual, given);
  if (mode_ == Mode::kCorrect) correct(given, simulatedSum(input, residual, convolution_.bias));
  return relu_ ? given.relu() : given;
}

at::Tensor CalibratedConvolution::sum(const at::Tensor& input, const at::Tensor& residual) const {
  const at::Tensor given = network::libraryConvolution(input, convolution_);
  return residual.defined() ? given.add(residual) : given;
}

at::Tensor CalibratedConvolution::simulatedSum(const at::Tensor& input, const at::Tensor& residual,
                                               const at::Tensor& bias) {
  if (!simulatedWeight_.defined()) simulatedWeight_ = network::int8WeightOf(convolution_.weight).real();
  network::Convolution3d simulated = convolution_;
  simulated.weight = simulatedWeight_;
  simulated.bias = bias;
  const at::Tensor given = network::libraryConvolution(onGrid(input, ranges_.input), simulated);
  if (!residual.defined()) return given;
  return given.add(ranges_.residual && isLike(residual, given) ? onGrid(residual, *ranges_.residual) : residual);
}

int64_t CalibratedConvolution::multiplicationsFor(const at::Tensor& given) const {
  return given.numel() * convolution_.weight.numel() / convolution_.weight.size(0);
}

void CalibratedConvolution::observe(const at::Tensor& input, const at::Tensor& residual, const at::Tensor& given) {
  inputs_.add(input);
  if (residual.defined() && isLike(residual, given)) residuals_.add(residual);
}

// See Note [Correcting biases].
void CalibratedConvolution::correct(const at::Tensor& expected, const at::Tensor& simulated) {
  const at::Tensor error = expected.sub(simulated).mean({0, 2, 3, 4}, /*keepdim=*/false, at::kDouble);
  errorSum_ = errorSum_.defined() ? errorSum_ + error : error;
  ++errors_;
}

void CalibratedConvolution::setRanges(RangeMethod method) {
  ranges_ = {};
  if (!inputs_.isEmpty()) ranges_.input = inputs_.rangeBy(method);
  if (!residuals_.isEmpty()) ranges_.residual = residuals_.rangeBy(method);
  errorSum_ = at::Tensor();
  errors_ = 0;
}

std::string CalibratedConvolution::name() const { return network::CpuLayer::nameOf(network::layerOf(convolution_)); }

at::Tensor CalibratedConvolution::correctedBias() const {
  if (!errorSum_.defined()) return convolution_.bias;
  const at::Tensor correction = (errorSum_ / errors_).to(at::kFloat);
  return convolution_.bias.defined() ? convolution_.bias + correction : correction;
}

}  // namespace kinetorch::quantisation

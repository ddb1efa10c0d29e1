#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "native/network/operators/convolution3d.h"
#include "native/network/operators/convolution_operator.h"
#include "native/quantisation/range_histogram.h"

namespace kinetorch::quantisation {

// Note [Correcting biases]
// Rounded weights and clipped activations shift the mean of what a layer gives, each channel's by its own amount, and a
// bias can shift it back (Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias Correction").
// The shift is measured on what the layer reads in float32: corrections of other layers do not change it, so that all
// are found in one pass, in any order.

// A convolution of a network that is being quantised: in float32, or as it would run in int8.
class CalibratedConvolution final : public network::ConvolutionOperator {
 public:
  enum class Mode {
    kFloat,     // as it is
    kObserve,   // and counting what it reads
    kSimulate,  // what it reads and its weights rounded as in int8
    kCorrect,   // in float32, and measuring how far the simulation's mean is off
  };

  CalibratedConvolution(network::Convolution3d convolution, bool relu);

  at::Tensor run(const at::Tensor& input, const at::Tensor& residual) override;

  void setMode(Mode mode) { mode_ = mode; }
  // From what was observed; a layer that ran on no clip has a range of 0 alone. Forgets how the bias was corrected.
  void setRanges(RangeMethod method);
  const LayerRanges& ranges() const { return ranges_; }

  // Which layer this is, for people.
  std::string name() const;
  // Of all runs as it is.
  int64_t multiplications() const { return multiplications_; }
  const network::Convolution3d& convolution() const { return convolution_; }
  // With the correction; undefined where there is neither.
  at::Tensor correctedBias() const;

 private:
  at::Tensor sum(const at::Tensor& input, const at::Tensor& residual) const;
  // `bias` may be undefined.
  at::Tensor simulatedSum(const at::Tensor& input, const at::Tensor& residual, const at::Tensor& bias);
  int64_t multiplicationsFor(const at::Tensor& given) const;
  void observe(const at::Tensor& input, const at::Tensor& residual, const at::Tensor& given);
  void correct(const at::Tensor& expected, const at::Tensor& simulated);

  const network::Convolution3d convolution_;
  const bool relu_;
  Mode mode_ = Mode::kFloat;
  int64_t multiplications_ = 0;
  at::Tensor simulatedWeight_;  // once it was simulated
  RangeHistogram inputs_;
  RangeHistogram residuals_;
  LayerRanges ranges_;
  at::Tensor errorSum_;  // float64 K, of the mean errors of each run; undefined where none was measured
  int64_t errors_ = 0;
};

}  // namespace kinetorch::quantisation

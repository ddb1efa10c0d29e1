// What is done to a convolution's sums before they are stored.
#if defined(KINETORCH_KERNELS_EPILOGUE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KINETORCH_KERNELS_EPILOGUE_INL_H
#undef KINETORCH_KERNELS_EPILOGUE_INL_H
#else
#define KINETORCH_KERNELS_EPILOGUE_INL_H
#endif

#include <limits>

#include "native/kernels/conv_job.h"
#include "native/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch {
namespace HWY_NAMESPACE {

class Epilogue {
 public:
  explicit Epilogue(const ConvJob& job)
      : bias_(job.bias),
        residual_(job.arguments.residual),
        output_(job.arguments.output),
        floor_(job.arguments.relu ? 0.0F : -std::numeric_limits<float>::infinity()) {}

  Vector bias(int64_t channel) const { return hn::LoadU(Floats(), bias_ + channel); }

  // `sums` hold the bias already; `offset` is counted from the output's first float.
  template <typename Extent>
  HWY_INLINE void store(Vector sums, int64_t offset, Extent extent) const {
    if (residual_ != nullptr) sums = hn::Add(sums, load(residual_ + offset, extent));
    HWY_NAMESPACE::store(atLeast(constant(floor_), sums), output_ + offset, extent);
  }

 private:
  // Not a number stays so, as in LibTorch's ReLU. x86's maximum gives its second operand then; others differ.
  static HWY_INLINE Vector atLeast(Vector floor, Vector values) {
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
    return hn::Max(floor, values);
#else
    return hn::IfThenElse(hn::Lt(values, floor), floor, values);
#endif
  }

  const float* bias_;
  const float* residual_;
  float* output_;
  float floor_;
};

}  // namespace HWY_NAMESPACE
}  // namespace kinetorch
HWY_AFTER_NAMESPACE();

#endif

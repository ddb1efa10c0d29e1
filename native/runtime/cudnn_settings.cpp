#include "native/runtime/cudnn_settings.h"

#include <ATen/Context.h>

#include <string>

#include "native/runtime/device.h"
#include "native/runtime/error.h"

namespace kinetorch {
namespace {

constexpr long kNeeded = 91500;

std::string versionText(long version) {
  return std::to_string(version / 10000) + '.' + std::to_string(version / 100 % 100) + '.' +
         std::to_string(version % 100);
}

}  // namespace

// Those of 9.8 to 9.14 give wrong results (pytorch#163539), and older ones are not tested here.
void checkCudnn(long version, c10::ScalarType precision) {
  if (precision == c10::kFloat || version >= kNeeded) return;
  throw Error("ERR_DEVICE", "expected cuDNN " + versionText(kNeeded) + " or newer for `precision` \"" +
                                precisionName(precision) + "\", because some older ones convolve wrongly, but " +
                                (version > 0 ? "found " + versionText(version) : "found none") +
                                "; use 'float32' or another LibTorch");
}

void configureCudnn(c10::Device device, c10::ScalarType precision) {
  if (!device.is_cuda()) return;
  checkCudnn(at::Context::hasCuDNN() ? at::Context::versionRuntimeCuDNN() : 0, precision);
  at::Context& context = at::globalContext();
  // Finds the fastest algorithm the first time it meets a shape; of those there are few.
  context.setBenchmarkCuDNN(true);
  // TF32 keeps 10 bits of a number, no more than float16 does, and who asks for float32 asks for more. Besides, its 3-D
  // convolutions are broken from 9.10.2 to 9.15 (pytorch#167024). So it is off with every version.
  context.setAllowTF32CuDNN(false);
}

}  // namespace kinetorch

#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

namespace kinetorch {

// Whether 3-D convolutions in `precision` are right with this version of cuDNN, as cuDNN gives it (91500 is 9.15.0);
// 0: there is none. Throws ERR_DEVICE where they are not.
void checkCudnn(long version, c10::ScalarType precision);

// Checks cuDNN and sets how LibTorch is to use it, for the whole process. On a CPU it does nothing.
void configureCudnn(c10::Device device, c10::ScalarType precision);

}  // namespace kinetorch

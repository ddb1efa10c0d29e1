#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

namespace kinetorch {

// Memory on the CPU from which a copy to `device` need not be waited for: pinned where the device is not the CPU.
at::Tensor stagingTensor(at::IntArrayRef sizes, at::ScalarType type, c10::Device device);

// Of a tensor on the CPU: there itself, elsewhere a copy that is only enqueued, by way of pinned memory. Of an
// undefined tensor nothing.
at::Tensor toDevice(const at::Tensor& tensor, c10::Device device);

// Tells the allocator that a tensor which was made on another stream is used on this thread's current one, so that its
// memory is not given out again before that is done.
void useOnCurrentStream(const at::Tensor& tensor);

}  // namespace kinetorch

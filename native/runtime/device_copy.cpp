#include "native/runtime/device_copy.h"

#include <ATen/ATen.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace kinetorch {

at::Tensor stagingTensor(at::IntArrayRef sizes, at::ScalarType type, c10::Device device) {
  return at::empty(sizes, at::TensorOptions().dtype(type).pinned_memory(!device.is_cpu()));
}

at::Tensor toDevice(const at::Tensor& tensor, c10::Device device) {
  return device.is_cpu() || !tensor.defined() ? tensor : tensor.pin_memory().to(device, /*non_blocking=*/true);
}

void useOnCurrentStream(const at::Tensor& tensor) {
  const c10::Device device = tensor.device();
  if (!device.is_cpu()) tensor.record_stream(c10::impl::VirtualGuardImpl(device.type()).getStream(device));
}

}  // namespace kinetorch

#pragma once

#include <ATen/ATen.h>
#include <c10/core/ScalarTypeToTypeMeta.h>

#include <algorithm>
#include <vector>

#include "native/runtime/device_copy.h"

namespace kinetorch::augmentation {

// One value for each of N clips, N×1×…×1 of `dimensions` dimensions on the device.
template <typename T>
at::Tensor clipValues(const std::vector<T>& values, int64_t dimensions, at::Device device) {
  std::vector<int64_t> sizes(static_cast<size_t>(dimensions), 1);
  sizes[0] = static_cast<int64_t>(values.size());
  const at::Tensor staged = stagingTensor(sizes, c10::CppTypeToScalarType<T>::value, device);
  std::copy(values.begin(), values.end(), staged.mutable_data_ptr<T>());
  return toDevice(staged, device);
}

}  // namespace kinetorch::augmentation

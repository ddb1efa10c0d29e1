// Fixtures that Python's torch.save wrote: tensors by name.
#pragma once

#include <ATen/ATen.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include <map>
#include <string>
#include <vector>

#include "test/native/formats/archive_builder.h"

namespace kinetorch::test {

// The tensors of a file of test/fixtures, contiguous.
inline std::map<std::string, at::Tensor> tensorFixture(const std::string& name) {
  const Bytes bytes = readBytes(fixturePath("../" + name));
  std::map<std::string, at::Tensor> tensors;
  for (const auto& entry : torch::jit::pickle_load({bytes.begin(), bytes.end()}).toGenericDict()) {
    tensors[entry.key().toStringRef()] = entry.value().toTensor().contiguous();
  }
  return tensors;
}

template <typename T>
std::vector<T> valuesOf(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.contiguous();
  return {plain.const_data_ptr<T>(), plain.const_data_ptr<T>() + plain.numel()};
}

}  // namespace kinetorch::test

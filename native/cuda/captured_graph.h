#pragma once

#include <functional>
#include <memory>

#include "native/runtime/cuda_api.h"

namespace kinetorch::cuda {

// CudaApi::captureGraph, by LibTorch's own graphs, which keep the memory that the work allocates apart for it.
std::unique_ptr<CapturedGraph> captureGraph(const std::function<void()>& work);

}  // namespace kinetorch::cuda

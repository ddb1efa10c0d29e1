#pragma once

#include <string>

#include "native/runtime/cuda_api.h"

namespace kinetorch {

// The optional library kinetorch_cuda: the one that the environment variable KINETORCH_CUDA_LIBRARY names, else the one
// beside the addon. Null where this LibTorch has no CUDA or there is no library that fits: then everything works all
// the same, through LibTorch alone. Opened at the first call, and never closed.
const CudaApi* cudaLibrary();

// Why cudaLibrary() is null, as the end of a sentence; empty where it is not.
std::string cudaLibraryReason();

struct OpenedCudaLibrary {
  const CudaApi* api = nullptr;
  std::string reason;
};

// Opens a library for the life of the process. Refuses one that is made for another kinetorch or another LibTorch.
OpenedCudaLibrary openCudaLibrary(const std::string& path);

// Why a library with this interface is not for this build; empty where it is.
std::string whyUnfit(const CudaApi& api);

}  // namespace kinetorch

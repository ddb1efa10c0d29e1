#pragma once

#include <string>
#include <vector>

namespace kinetorch {

struct RuntimeInfo {
  std::string torchVersion;
  std::string cpuCapability;
  int threads = 0;
  std::vector<std::string> cudaDevices;
  std::string cudaReason;         // why cudaDevices is empty
  std::string cudaLibraryReason;  // why a LibTorch with CUDA runs without Kinetorch's CUDA library; else empty
};

RuntimeInfo runtimeInfo();

// Intra-op threads of an executor that was not given a number: what LibTorch chose when the process began.
int defaultThreads();

// Called once before any other work: no inter-op threads, so that only executors' own threads call into LibTorch.
void initialiseRuntime();

}  // namespace kinetorch

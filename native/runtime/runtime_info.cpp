#include "native/runtime/runtime_info.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/version.h>

#include <mutex>

#include "native/runtime/block_cache.h"
#include "native/runtime/cuda_library.h"

namespace kinetorch {

namespace {

// What LibTorch, which counts no device, says when it has to use one: that there is no driver, or that it is too old,
// and which it found.
std::string cudaProblem() {
  try {
    at::detail::getCUDAHooks().init();
  } catch (const c10::Error& error) {
    return "LibTorch says: " + std::string(error.what_without_backtrace());
  } catch (const std::exception& error) {
    return "LibTorch says: " + std::string(error.what());
  }
  return "no NVIDIA driver or device was found";
}

}  // namespace

RuntimeInfo runtimeInfo() {
  RuntimeInfo info;
  info.torchVersion = TORCH_VERSION;
  info.cpuCapability = at::get_cpu_capability();
  info.threads = defaultThreads();
  if (c10::impl::hasDeviceGuardImpl(c10::kCUDA)) info.cudaLibraryReason = cudaLibraryReason();
  if (!at::globalContext().hasCUDA()) {
    info.cudaReason = c10::impl::hasDeviceGuardImpl(c10::kCUDA)
                          ? cudaProblem()
                          : "this LibTorch is a build for CPUs; point LIBTORCH at a CUDA build";
    return info;
  }
  const int count = c10::impl::getDeviceGuardImpl(c10::kCUDA)->deviceCount();
  for (int i = 0; i < count; ++i) info.cudaDevices.push_back("cuda:" + std::to_string(i));
  if (count == 0) info.cudaReason = "LibTorch sees no CUDA device";
  return info;
}

int defaultThreads() {
  static const int threads = at::get_num_threads();
  return threads;
}

void initialiseRuntime() {
  static std::once_flag once;
  std::call_once(once, [] {
    installBlockCache();
    at::set_num_interop_threads(1);
    defaultThreads();
  });
}

}  // namespace kinetorch

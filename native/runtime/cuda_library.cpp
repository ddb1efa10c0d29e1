#include "native/runtime/cuda_library.h"

#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/version.h>

#include <cstdlib>

#ifdef __linux__
#include <dlfcn.h>
#include <unistd.h>
#endif

namespace kinetorch {
namespace {

#ifdef __linux__
// The folder of the addon, or of whatever program this is linked into.
std::string ownFolder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&openCudaLibrary), &info) == 0 || info.dli_fname == nullptr) return ".";
  const std::string path = info.dli_fname;
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}
#endif

OpenedCudaLibrary find() {
#ifdef __linux__
  if (!c10::impl::hasDeviceGuardImpl(c10::kCUDA)) return {nullptr, "this LibTorch has no CUDA"};
  const char* const named = std::getenv("KINETORCH_CUDA_LIBRARY");
  if (named != nullptr && *named != '\0') return openCudaLibrary(named);
  const std::string beside = ownFolder() + "/libkinetorch_cuda.so";
  if (access(beside.c_str(), F_OK) != 0) return {nullptr, "there is no " + beside};
  return openCudaLibrary(beside);
#else
  return {nullptr, "kinetorch_cuda is built on Linux only"};
#endif
}

const OpenedCudaLibrary& opened() {
  static const OpenedCudaLibrary library = find();
  return library;
}

}  // namespace

OpenedCudaLibrary openCudaLibrary(const std::string& path) {
#ifdef __linux__
  // RTLD_LOCAL: it finds LibTorch through its own DT_NEEDED, by the names of libraries that are open already.
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* const problem = dlerror();
    return {nullptr, problem == nullptr ? "cannot open " + path : problem};
  }
  const auto function = reinterpret_cast<CudaApiFunction>(dlsym(library, kCudaApiSymbol));
  const CudaApi* const api = function == nullptr ? nullptr : function();
  if (api == nullptr) return {nullptr, path + " has no " + kCudaApiSymbol};
  const std::string problem = whyUnfit(*api);
  if (!problem.empty()) return {nullptr, path + " " + problem};
  return {api, ""};
#else
  return {nullptr, "cannot open " + path + ": kinetorch_cuda is built on Linux only"};
#endif
}

std::string whyUnfit(const CudaApi& api) {
  if (api.version != kCudaApiVersion) {
    return "has version " + std::to_string(api.version) + " of the interface; needed is " +
           std::to_string(kCudaApiVersion);
  }
  if (std::string(api.torchVersion) != TORCH_VERSION) {
    return std::string("was built for LibTorch ") + api.torchVersion + "; needed is " + TORCH_VERSION;
  }
  return "";
}

const CudaApi* cudaLibrary() { return opened().api; }

std::string cudaLibraryReason() { return opened().reason; }

}  // namespace kinetorch

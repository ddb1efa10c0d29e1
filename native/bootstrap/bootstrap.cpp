// The torch-free addon: opens LibTorch's libraries from absolute paths, so that requiring the main addon afterwards
// finds them by SONAME, without a run path and without LD_LIBRARY_PATH (which has no effect once a process runs).
//
// Note: why nothing is ever closed. LibTorch's threads and thread-local destructors outlive any JavaScript
// environment, and Node closes an addon when the worker that loaded it ends. Handles opened here are kept on purpose,
// the main addon's included: code that a thread may still run is never unmapped.

#include <napi.h>

#include <string>

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace kinetorch {
namespace {

// Empty where the library was opened. RTLD_LOCAL: its symbols are found through the dependents' own DT_NEEDED, and
// must not shadow those of other addons in the process.
std::string openForever(const std::string& path) {
#ifdef _WIN32
  const int length = MultiByteToWideChar(CP_UTF8, 0, path.c_str(), -1, nullptr, 0);
  std::wstring wide(static_cast<size_t>(length), L'\0');
  MultiByteToWideChar(CP_UTF8, 0, path.c_str(), -1, wide.data(), length);
  if (LoadLibraryExW(wide.c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH) != nullptr) return "";
  return "cannot load " + path + ": Windows error " + std::to_string(GetLastError());
#else
  if (dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL) != nullptr) return "";
  const char* reason = dlerror();
  return reason == nullptr ? "cannot open " + path : reason;
#endif
}

// open(path: string): void
Napi::Value open(const Napi::CallbackInfo& info) {
  if (info.Length() != 1 || !info[0].IsString()) {
    throw Napi::TypeError::New(info.Env(), "expected `path` to be a string");
  }
  const std::string problem = openForever(info[0].As<Napi::String>().Utf8Value());
  if (!problem.empty()) throw Napi::Error::New(info.Env(), problem);
  return info.Env().Undefined();
}

Napi::Object registerBootstrap(Napi::Env env, Napi::Object exports) {
  exports.Set("open", Napi::Function::New(env, open, "open"));
  return exports;
}

}  // namespace

NODE_API_MODULE(kinetorch_bootstrap, registerBootstrap)

}  // namespace kinetorch

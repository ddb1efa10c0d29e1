// The torch-free addon: opens LibTorch's libraries from absolute paths, so that requiring the main addon afterwards
// finds them by SONAME, without a run path and without LD_LIBRARY_PATH (which has no effect once a process runs).
//
// Note: why nothing is ever closed. LibTorch's threads and thread-local destructors outlive any JavaScript
// environment, and Node closes an addon when the worker that loaded it ends. Handles opened here are kept on purpose,
// the main addon's included: code that a thread may still run is never unmapped.

#include <napi.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>

#include <cstdlib>
#endif

#ifdef __linux__
#include "native/bootstrap/sandbox.h"
#endif

namespace kinetorch {
namespace {

using Variables = std::vector<std::pair<std::string, std::string>>;

// Variables of the process's environment, for as long as it lives: what a library reads when it is opened, and no child
// process should inherit. Those that are set already stay as they are. Workers open libraries too: one at a time.
class TemporaryEnvironment {
 public:
  explicit TemporaryEnvironment([[maybe_unused]] const Variables& variables) : lock_(mutex()) {
#ifndef _WIN32
    for (const auto& [name, value] : variables) {
      if (getenv(name.c_str()) != nullptr) continue;
      setenv(name.c_str(), value.c_str(), 1);
      added_.push_back(name);
    }
#endif
  }
  ~TemporaryEnvironment() {
#ifndef _WIN32
    for (const std::string& name : added_) unsetenv(name.c_str());
#endif
  }
  TemporaryEnvironment(const TemporaryEnvironment&) = delete;
  TemporaryEnvironment& operator=(const TemporaryEnvironment&) = delete;

 private:
  static std::mutex& mutex() {
    static std::mutex one;
    return one;
  }

  std::lock_guard<std::mutex> lock_;
  std::vector<std::string> added_;
};

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

// As often as GNU's OpenMP looks, in a loop like this one, whether a thread has what it waits for, in `milliseconds`;
// the instruction between two looks takes 10 to 140 cycles, according to the processor.
double spinsIn(double milliseconds) {
  using Clock = std::chrono::steady_clock;
  constexpr int kSpins = 2000;
  const std::atomic<int> awaited{0};
  Clock::duration fastest = Clock::duration::max();
  for (int attempt = 0; attempt < 5; ++attempt) {
    const Clock::time_point begin = Clock::now();
    for (int spin = 0; spin < kSpins && awaited.load(std::memory_order_relaxed) == 0; ++spin) {
#if defined(__x86_64__)
      __builtin_ia32_pause();
#elif !defined(_WIN32)
      __asm__ volatile("" : : : "memory");
#endif
    }
    fastest = std::min(fastest, Clock::now() - begin);
  }
  return kSpins * milliseconds / std::chrono::duration<double, std::milli>(fastest).count();
}

// spinsIn(milliseconds: number): number
Napi::Value spins(const Napi::CallbackInfo& info) {
  if (info.Length() != 1 || !info[0].IsNumber()) {
    throw Napi::TypeError::New(info.Env(), "expected `milliseconds` to be a number");
  }
  return Napi::Number::New(info.Env(), spinsIn(info[0].As<Napi::Number>().DoubleValue()));
}

// open(path: string, environment: Record<string, string>): void
Napi::Value open(const Napi::CallbackInfo& info) {
  if (info.Length() != 2 || !info[0].IsString() || !info[1].IsObject()) {
    throw Napi::TypeError::New(info.Env(), "expected `path` to be a string and `environment` an object");
  }
  const auto object = info[1].As<Napi::Object>();
  Variables environment;
  for (const auto& [name, value] : object) {
    environment.emplace_back(name.ToString().Utf8Value(), Napi::Value(value).ToString().Utf8Value());
  }
  std::string problem;
  {
    const TemporaryEnvironment variables(environment);
    problem = openForever(info[0].As<Napi::String>().Utf8Value());
  }
  if (!problem.empty()) throw Napi::Error::New(info.Env(), problem);
  return info.Env().Undefined();
}

Napi::Object registerBootstrap(Napi::Env env, Napi::Object exports) {
  exports.Set("open", Napi::Function::New(env, open, "open"));
  exports.Set("spinsIn", Napi::Function::New(env, spins, "spinsIn"));
#ifdef __linux__
  registerSandbox(env, exports);
#endif
  return exports;
}

}  // namespace

NODE_API_MODULE(kinetorch_bootstrap, registerBootstrap)

}  // namespace kinetorch

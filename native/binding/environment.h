#pragma once

#include <napi.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "native/engine/serial_thread.h"
#include "native/runtime/error.h"

namespace kinetorch::binding {

// What the addon keeps for one JavaScript environment (the main thread or a worker thread). Nothing is static.
//
// Note [Lifetimes]
// Native threads never touch JavaScript values. They hand a closure to `settle`, which runs it on the environment's own
// thread through one thread-safe function. Promises and the objects they keep alive wait in a table under a ticket
// number, so that a closure that is never run (the environment is going) frees nothing it must not free.
// Classifiers, trainers and quantisers belong to `owned_`; JavaScript objects hold weak pointers. The clean-up hook is
// added after the thread-safe function was made and so runs before it goes: it joins every native thread while their
// closures can still be queued, and Node then drops the queue by calling back without an environment.
//
// Note [Exit]
// process.exit() and an uncaught exception run no clean-up hooks: they go to exit(), which destroys LibTorch's and
// oneDNN's globals under any thread that is still inside them. A handler of atexit() would come too late, since many of
// those globals are made at first use, after it. So the threads are joined in the process's 'exit' event.
class Environment {
 public:
  static Environment& of(Napi::Env env);

  explicit Environment(Napi::Env env);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  struct Pending {
    uint64_t ticket;
    Napi::Promise promise;
  };

  // A promise to be settled later; `keepAlive` may be empty. Keeps the event loop running until then. Throws
  // Napi::Error once the process is exiting.
  Pending begin(Napi::Env env, Napi::Object keepAlive);

  // From any thread: `makeValue` runs on the environment's thread and gives the value, or throws Error to reject.
  void settle(uint64_t ticket, std::function<Napi::Value(Napi::Env)> makeValue);

  // Runs `work` on the environment's background thread, then `convert` its result on the environment's own.
  template <typename Work, typename Convert>
  Napi::Promise runInBackground(Napi::Env env, Work work, Convert convert) {
    return runOn(background_.get(), env, Napi::Object(), std::move(work), std::move(convert));
  }

  template <typename Work, typename Convert>
  Napi::Promise runOn(engine::SerialThread* thread, Napi::Env env, Napi::Object keepAlive, Work work, Convert convert) {
    const Pending pending = begin(env, keepAlive);
    thread->post([this, ticket = pending.ticket, work = std::move(work), convert = std::move(convert)]() mutable {
      using Result = decltype(work());
      try {
        auto result = std::make_shared<Result>(work());
        settle(ticket, [result, convert](Napi::Env env) { return convert(env, *result); });
      } catch (...) {
        settle(ticket, [error = currentError("ERR_INTERNAL")](Napi::Env) -> Napi::Value { throw error; });
      }
    });
    return pending.promise;
  }

  template <typename T>
  std::weak_ptr<T> own(std::shared_ptr<T> object) {
    owned_.insert(object);
    return object;
  }
  // Destroys it, which waits for its thread. No pointer is no fault.
  void release(const std::shared_ptr<void>& object) { owned_.erase(object); }

  Napi::FunctionReference modelFileClass;
  Napi::FunctionReference modelClass;
  Napi::FunctionReference trainerClass;
  Napi::FunctionReference quantizerClass;

 private:
  struct Waiting {
    Napi::Promise::Deferred deferred;
    Napi::ObjectReference keepAlive;
  };
  using Closure = std::function<void(Napi::Env)>;

  static void runClosure(napi_env env, napi_value, void*, void* closure);
  void finish(Napi::Env env, uint64_t ticket, const std::function<Napi::Value(Napi::Env)>& makeValue);
  void joinAtExit(Napi::Env env);
  void joinThreads();
  void shutDown();

  napi_env env_;
  napi_threadsafe_function toMainThread_ = nullptr;
  uint64_t nextTicket_ = 1;
  std::unordered_map<uint64_t, Waiting> waiting_;
  std::unordered_set<std::shared_ptr<void>> owned_;
  std::unique_ptr<engine::SerialThread> background_ = std::make_unique<engine::SerialThread>();
};

// A JavaScript Error with `code`.
Napi::Error toJs(Napi::Env env, const Error& error);

// Calls `body`; an Error it throws becomes a JavaScript exception.
template <typename Body>
auto guarded(Napi::Env env, Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (...) {
    throw toJs(env, currentError("ERR_INTERNAL"));
  }
}

}  // namespace kinetorch::binding

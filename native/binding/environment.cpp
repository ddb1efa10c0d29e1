#include "native/binding/environment.h"

namespace kinetorch::binding {

Environment& Environment::of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

Environment::Environment(Napi::Env env) : env_(env) {
  napi_value name = Napi::String::New(env, "kinetorch");
  const napi_status status = napi_create_threadsafe_function(env, nullptr, nullptr, name, /*max_queue_size=*/0,
                                                             /*initial_thread_count=*/1, nullptr, nullptr, nullptr,
                                                             runClosure, &toMainThread_);
  if (status != napi_ok) throw Napi::Error::New(env);
  napi_unref_threadsafe_function(env, toMainThread_);
  env.AddCleanupHook([this] { shutDown(); });
  joinAtExit(env);
}

Environment::~Environment() = default;

Environment::Pending Environment::begin(Napi::Env env, Napi::Object keepAlive) {
  if (!background_) throw toJs(env, Error("ERR_DISPOSED", "expected a running process but this one is exiting"));
  Waiting waiting{Napi::Promise::Deferred::New(env), {}};
  if (!keepAlive.IsEmpty()) waiting.keepAlive = Napi::Persistent(keepAlive);
  const Pending pending{nextTicket_++, waiting.deferred.Promise()};
  if (waiting_.empty()) napi_ref_threadsafe_function(env, toMainThread_);
  waiting_.emplace(pending.ticket, std::move(waiting));
  return pending;
}

void Environment::settle(uint64_t ticket, std::function<Napi::Value(Napi::Env)> makeValue) {
  auto* closure =
      new Closure([this, ticket, makeValue = std::move(makeValue)](Napi::Env env) { finish(env, ticket, makeValue); });
  if (napi_call_threadsafe_function(toMainThread_, closure, napi_tsfn_nonblocking) != napi_ok) delete closure;
}

void Environment::runClosure(napi_env env, napi_value, void*, void* closure) {
  const std::unique_ptr<Closure> owned(static_cast<Closure*>(closure));
  if (env == nullptr) return;
  try {
    (*owned)(Napi::Env(env));
  } catch (const Napi::Error&) {
    // A worker is being terminated: no JavaScript can run, so no promise can be settled, and nobody waits for it.
  }
}

void Environment::finish(Napi::Env env, uint64_t ticket, const std::function<Napi::Value(Napi::Env)>& makeValue) {
  const auto found = waiting_.find(ticket);
  if (found == waiting_.end()) return;
  const Waiting waiting = std::move(found->second);
  waiting_.erase(found);
  if (waiting_.empty()) napi_unref_threadsafe_function(env, toMainThread_);
  Napi::HandleScope scope(env);
  try {
    waiting.deferred.Resolve(makeValue(env));
  } catch (const Napi::Error& error) {
    waiting.deferred.Reject(error.Value());
  } catch (...) {
    waiting.deferred.Reject(toJs(env, currentError("ERR_INTERNAL")).Value());
  }
}

void Environment::joinAtExit(Napi::Env env) {
  const auto process = env.Global().Get("process").As<Napi::Object>();
  const auto onExit = Napi::Function::New(env, [this](const Napi::CallbackInfo&) { joinThreads(); });
  process.Get("on").As<Napi::Function>().Call(process, {Napi::String::New(env, "exit"), onExit});
}

void Environment::joinThreads() {
  owned_.clear();
  background_.reset();
}

void Environment::shutDown() {
  joinThreads();
  waiting_.clear();
  modelFileClass.Reset();
  modelClass.Reset();
  trainerClass.Reset();
  quantizerClass.Reset();
}

Napi::Error toJs(Napi::Env env, const Error& error) {
  Napi::Error js = Napi::Error::New(env, error.what());
  js.Set("code", Napi::String::New(env, error.code()));
  return js;
}

}  // namespace kinetorch::binding

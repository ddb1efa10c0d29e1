#pragma once

#include <napi.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "native/binding/environment.h"

namespace kinetorch::binding {

// What a class of the addon does whose objects live in a host each: an `object` and, behind it, the one `thread` that
// uses it. The object is made and destroyed on that thread's terms: members go in reverse order, so the thread has
// ended before the object does. `kName` is what people call it.
template <typename Host>
class Hosted {
 public:
  // Makes the object with `make` on its new thread, then JavaScript's with `wrap(weak pointer to the host)`.
  template <typename Make, typename Wrap>
  static Napi::Promise makeHosted(Napi::Env env, const char* fallbackCode, Make make, Wrap wrap) {
    Environment& environment = Environment::of(env);
    auto host = std::make_shared<Host>();
    Host* raw = host.get();
    const Environment::Pending pending = environment.begin(env, Napi::Object());
    const std::weak_ptr<Host> weak = environment.own(host);
    host->thread.post([raw, &environment, weak, fallbackCode, ticket = pending.ticket, make, wrap] {
      std::optional<Error> error;
      try {
        raw->object = make();
      } catch (...) {
        error = currentError(fallbackCode);
      }
      environment.settle(ticket, [&environment, weak, error, wrap](Napi::Env) -> Napi::Value {
        if (error) {
          environment.release(weak.lock());
          throw *error;
        }
        return wrap(weak);
      });
    });
    return pending.promise;
  }

  void take(std::weak_ptr<Host> host) { host_ = std::move(host); }

  // Throws ERR_DISPOSED where there is none any more.
  std::shared_ptr<Host> hostInUse() const {
    auto host = host_.lock();
    if (!host || disposed_)
      throw Error("ERR_DISPOSED", std::string("expected a ") + Host::kName + " in use but this one was disposed of");
    return host;
  }

  // Queues `work(object)` on its thread; the promise becomes what `convert(env, result)` gives. `keepAlive` is
  // JavaScript's object. Throws as hostInUse.
  template <typename Work, typename Convert>
  Napi::Promise enqueueOn(Napi::Env env, Napi::Object keepAlive, Work work, Convert convert) const {
    const auto host = guarded(env, [&] { return hostInUse(); });
    Host* raw = host.get();  // its own thread cannot outlive it
    return Environment::of(env).runOn(
        &host->thread, env, keepAlive, [raw, work = std::move(work)] { return work(*raw->object); },
        std::move(convert));
  }

  // The same where it gives nothing: the promise becomes undefined.
  template <typename Work>
  Napi::Promise enqueueOn(Napi::Env env, Napi::Object keepAlive, Work work) const {
    return enqueueOn(
        env, keepAlive,
        [work = std::move(work)](auto& object) {
          work(object);
          return nullptr;
        },
        [](Napi::Env env, std::nullptr_t) -> Napi::Value { return env.Undefined(); });
  }

  // Frees it after the calls that were made before. Idempotent.
  Napi::Promise disposeHosted(Napi::Env env, Napi::Object keepAlive) {
    Environment& environment = Environment::of(env);
    const Environment::Pending pending = environment.begin(env, keepAlive);
    const auto host = disposed_ ? nullptr : host_.lock();
    disposed_ = true;
    auto closed = [&environment, ticket = pending.ticket, weak = std::weak_ptr<Host>(host)] {
      environment.settle(ticket, [&environment, weak](Napi::Env env) -> Napi::Value {
        environment.release(weak.lock());
        return env.Undefined();
      });
    };
    if (host) {
      host->thread.post(closed);
    } else {
      closed();
    }
    return pending.promise;
  }

  // Once JavaScript's object is garbage.
  void abandon(Napi::Env env) {
    if (const auto host = host_.lock()) Environment::of(env).release(host);
  }

 private:
  std::weak_ptr<Host> host_;
  bool disposed_ = false;
};

}  // namespace kinetorch::binding

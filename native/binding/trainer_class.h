#pragma once

#include <napi.h>

#include <memory>

#include "native/engine/serial_thread.h"
#include "native/training/trainer.h"

namespace kinetorch {

// A trainer and the one thread that uses it. The trainer is made and destroyed on that thread's terms: members go in
// reverse order, so the thread has ended before the trainer does.
struct TrainerHost {
  std::unique_ptr<Trainer> trainer;
  SerialThread thread;
};

// binding.d.ts's NativeTrainer.
class TrainerClass : public Napi::ObjectWrap<TrainerClass> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit TrainerClass(const Napi::CallbackInfo& info);
  ~TrainerClass() override;

 private:
  static Napi::Value create(const Napi::CallbackInfo& info);
  Napi::Value device(const Napi::CallbackInfo& info);
  Napi::Value step(const Napi::CallbackInfo& info);
  Napi::Value evaluate(const Napi::CallbackInfo& info);
  Napi::Value saveModel(const Napi::CallbackInfo& info);
  Napi::Value saveCheckpoint(const Napi::CallbackInfo& info);
  Napi::Value loadCheckpoint(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  // Queues `work(Trainer&)` on the trainer's thread; rejects with ERR_DISPOSED when it is gone.
  template <typename Work, typename Convert>
  Napi::Value enqueue(const Napi::CallbackInfo& info, Work work, Convert convert);

  std::weak_ptr<TrainerHost> host_;
  bool disposed_ = false;
  std::string device_;
};

}  // namespace kinetorch

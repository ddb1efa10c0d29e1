#pragma once

#include <napi.h>

#include <memory>
#include <string>
#include <utility>

#include "native/binding/hosted.h"
#include "native/engine/serial_thread.h"
#include "native/training/trainer.h"

namespace kinetorch::binding {

struct TrainerHost {
  static constexpr const char* kName = "trainer";
  std::unique_ptr<training::Trainer> object;
  std::shared_ptr<training::StagedStep> staged;  // the last one, until it is stepped on; JavaScript's thread's
  engine::SerialThread thread;
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
  void stage(const Napi::CallbackInfo& info);
  Napi::Value step(const Napi::CallbackInfo& info);
  Napi::Value evaluate(const Napi::CallbackInfo& info);
  Napi::Value saveModel(const Napi::CallbackInfo& info);
  Napi::Value saveCheckpoint(const Napi::CallbackInfo& info);
  Napi::Value loadCheckpoint(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  // Queues `work(Trainer&)` on the trainer's thread; rejects with ERR_DISPOSED when it is gone.
  template <typename... Arguments>
  Napi::Value enqueue(const Napi::CallbackInfo& info, Arguments... arguments) {
    return hosted_.enqueueOn(info.Env(), Value(), std::move(arguments)...);
  }

  Hosted<TrainerHost> hosted_;
  Napi::ObjectReference stagedBatches_;  // the array that `staged` of the host was made of
  std::string device_;
};

}  // namespace kinetorch::binding

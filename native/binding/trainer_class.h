#pragma once

#include <napi.h>

#include <memory>

#include "native/engine/serial_thread.h"
#include "native/training/trainer.h"

namespace kinetorch::binding {

// A trainer and the one thread that uses it. The trainer is made and destroyed on that thread's terms: members go in
// reverse order, so the thread has ended before the trainer does.
struct TrainerHost {
  std::unique_ptr<training::Trainer> trainer;
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

  // Throws ERR_DISPOSED where there is none any more.
  std::shared_ptr<TrainerHost> hostInUse() const;

  // Queues `work(Trainer&)` on the trainer's thread; rejects with ERR_DISPOSED when it is gone.
  template <typename Work, typename Convert>
  Napi::Value enqueue(const Napi::CallbackInfo& info, Work work, Convert convert);
  // The same where it gives nothing: the promise becomes undefined.
  template <typename Work>
  Napi::Value enqueue(const Napi::CallbackInfo& info, Work work);

  std::weak_ptr<TrainerHost> host_;
  Napi::ObjectReference stagedBatches_;  // the array that `staged` of the host was made of
  bool disposed_ = false;
  std::string device_;
};

}  // namespace kinetorch::binding

#pragma once

#include <napi.h>

#include <memory>

#include "native/engine/classifier.h"

namespace kinetorch::binding {

// binding.d.ts's NativeModel.
class ModelClass : public Napi::ObjectWrap<ModelClass> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit ModelClass(const Napi::CallbackInfo& info);
  ~ModelClass() override;

 private:
  static Napi::Value load(const Napi::CallbackInfo& info);
  Napi::Value devices(const Napi::CallbackInfo& info);
  Napi::Value precision(const Napi::CallbackInfo& info);
  Napi::Value output(const Napi::CallbackInfo& info);
  Napi::Value warnings(const Napi::CallbackInfo& info);
  Napi::Value outputs(const Napi::CallbackInfo& info);
  void keepFile(const Napi::CallbackInfo& info);
  Napi::Value run(const Napi::CallbackInfo& info);
  Napi::Value cancel(const Napi::CallbackInfo& info);
  Napi::Value stats(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  void adopt(std::weak_ptr<engine::Classifier> classifier, const engine::ClassifierInfo& info);
  // Tells the garbage collector how much memory outside its heap this object holds.
  void reportMemory(int64_t bytes);

  std::weak_ptr<engine::Classifier> classifier_;
  engine::ClassifierInfo info_;
  int64_t reportedBytes_ = 0;
  engine::ClassifierStats lastStats_;  // what stats() says once the classifier is gone
};

}  // namespace kinetorch::binding

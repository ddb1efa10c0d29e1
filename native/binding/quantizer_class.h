#pragma once

#include <napi.h>

#include <memory>
#include <utility>
#include <vector>

#include "native/binding/hosted.h"
#include "native/engine/serial_thread.h"
#include "native/quantisation/quantizer.h"

namespace kinetorch::binding {

struct QuantizerHost {
  static constexpr const char* kName = "quantiser";
  std::unique_ptr<quantisation::Quantizer> object;
  engine::SerialThread thread;
};

// binding.d.ts's NativeQuantizer.
class QuantizerClass : public Napi::ObjectWrap<QuantizerClass> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit QuantizerClass(const Napi::CallbackInfo& info);
  ~QuantizerClass() override;

 private:
  static Napi::Value create(const Napi::CallbackInfo& info);
  Napi::Value layers(const Napi::CallbackInfo& info);
  Napi::Value observe(const Napi::CallbackInfo& info);
  Napi::Value setMethod(const Napi::CallbackInfo& info);
  Napi::Value logits(const Napi::CallbackInfo& info);
  Napi::Value correctBias(const Napi::CallbackInfo& info);
  Napi::Value ranges(const Napi::CallbackInfo& info);
  Napi::Value save(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  template <typename... Arguments>
  Napi::Value enqueue(const Napi::CallbackInfo& info, Arguments... arguments) {
    return hosted_.enqueueOn(info.Env(), Value(), std::move(arguments)...);
  }

  Hosted<QuantizerHost> hosted_;
  std::vector<quantisation::LayerInfo> layers_;
};

}  // namespace kinetorch::binding

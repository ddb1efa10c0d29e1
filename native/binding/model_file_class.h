#pragma once

#include <napi.h>

#include <optional>

#include "native/model/model_file.h"

namespace kinetorch::binding {

// binding.d.ts's NativeModelFile.
class ModelFileClass : public Napi::ObjectWrap<ModelFileClass> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit ModelFileClass(const Napi::CallbackInfo& info);

  // Of a NativeModelFile. Throws ERR_DISPOSED where it is closed, ERR_INVALID_ARGUMENT for anything else.
  static model::ModelFile fileOf(const Napi::Value& value);

 private:
  static Napi::Value open(const Napi::CallbackInfo& info);
  Napi::Value format(const Napi::CallbackInfo& info);
  Napi::Value metadata(const Napi::CallbackInfo& info);
  Napi::Value scan(const Napi::CallbackInfo& info);
  void buildHere(const Napi::CallbackInfo& info);
  Napi::Value profile(const Napi::CallbackInfo& info);
  Napi::Value withMetadata(const Napi::CallbackInfo& info);
  Napi::Value withHead(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  const model::ModelFile& fileInUse() const;

  std::optional<model::ModelFile> file_;
};

}  // namespace kinetorch::binding

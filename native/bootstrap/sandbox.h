#pragma once

#include <napi.h>

namespace kinetorch {

// Adds to the addon's exports what a decoder process and its parent need of native/sandbox.
void registerSandbox(Napi::Env env, Napi::Object exports);

}  // namespace kinetorch

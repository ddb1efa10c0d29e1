// Note: native/sandbox is reached through the bootstrap addon, and none of its own, as that has what a decoder needs:
// it knows nothing of LibTorch, is found and packed already, and loads in a millisecond.
#include "native/bootstrap/sandbox.h"

#include <exception>
#include <string>
#include <vector>

#include "native/sandbox/lock_in.h"
#include "native/sandbox/pass_file.h"
#include "native/sandbox/restart.h"

namespace kinetorch {
namespace {

int numberAt(const Napi::CallbackInfo& info, size_t index, const char* name) {
  if (!info[index].IsNumber()) {
    throw Napi::TypeError::New(info.Env(), std::string("expected `") + name + "` to be a number");
  }
  return info[index].As<Napi::Number>().Int32Value();
}

template <typename Work>
auto call(const Napi::CallbackInfo& info, const Work& work) {
  try {
    return work();
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Napi::Error::New(info.Env(), error.what());
  }
}

// lockIn(writable: string, memoryBytes: number): { landlock: number; seccomp: boolean; problem: string }
Napi::Value lockIn(const Napi::CallbackInfo& info) {
  if (!info[0].IsString() || !info[1].IsNumber()) {
    throw Napi::TypeError::New(info.Env(), "expected `writable` to be a string and `memoryBytes` a number");
  }
  const auto memoryBytes = static_cast<uint64_t>(info[1].As<Napi::Number>().Int64Value());
  const sandbox::InForce held = sandbox::lockIn({info[0].As<Napi::String>().Utf8Value(), memoryBytes});
  Napi::Object result = Napi::Object::New(info.Env());
  result["landlock"] = held.landlock;
  result["seccomp"] = held.seccomp;
  result["problem"] = held.problem;
  return result;
}

// restartWithoutRings(program: string, args: string[]): never
void restartWithoutRings(const Napi::CallbackInfo& info) {
  if (!info[0].IsString() || !info[1].IsArray()) {
    throw Napi::TypeError::New(info.Env(), "expected `program` to be a string and `args` an array of strings");
  }
  const Napi::Array args = info[1].As<Napi::Array>();
  std::vector<std::string> arguments;
  for (uint32_t index = 0; index < args.Length(); ++index) {
    arguments.push_back(args.Get(index).ToString().Utf8Value());
  }
  call(info, [&] { sandbox::restartWithoutRings(info[0].As<Napi::String>().Utf8Value(), arguments); });
}

// sendFile(socket: number, file: number): void
void sendFile(const Napi::CallbackInfo& info) {
  call(info, [&] { sandbox::sendFile(numberAt(info, 0, "socket"), numberAt(info, 1, "file")); });
}

// receiveFile(socket: number): number
Napi::Value receiveFile(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), call(info, [&] { return sandbox::receiveFile(numberAt(info, 0, "socket")); }));
}

// rewindFile(file: number): void
void rewindFile(const Napi::CallbackInfo& info) {
  call(info, [&] { sandbox::rewindFile(numberAt(info, 0, "file")); });
}

}  // namespace

void registerSandbox(Napi::Env env, Napi::Object exports) {
  exports.Set("lockIn", Napi::Function::New(env, lockIn, "lockIn"));
  exports.Set("restartWithoutRings", Napi::Function::New(env, restartWithoutRings, "restartWithoutRings"));
  exports.Set("sendFile", Napi::Function::New(env, sendFile, "sendFile"));
  exports.Set("receiveFile", Napi::Function::New(env, receiveFile, "receiveFile"));
  exports.Set("rewindFile", Napi::Function::New(env, rewindFile, "rewindFile"));
}

}  // namespace kinetorch

#include "native/runtime/device_stream.h"

#include <ATen/ATen.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kinetorch {
namespace {

// A device type that no LibTorch for servers has.
constexpr c10::DeviceType kFake = c10::DeviceType::FPGA;

std::vector<std::string> calls;

c10::Stream stream(c10::Device device, c10::StreamId id) { return c10::Stream(c10::Stream::UNSAFE, device, id); }

std::string nameOf(const c10::Stream& stream) { return std::to_string(stream.id()); }
std::string nameOf(const void* event) { return std::to_string(reinterpret_cast<uintptr_t>(event)); }

// Writes down what is asked of it. Streams and events are numbers.
struct FakeGuard final : c10::impl::DeviceGuardImplInterface {
  c10::DeviceType type() const override { return kFake; }
  c10::Device exchangeDevice(c10::Device device) const override { return device; }
  c10::Device getDevice() const override { return {kFake, 0}; }
  void setDevice(c10::Device) const override {}
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  c10::DeviceIndex deviceCount() const noexcept override { return 2; }
  c10::Stream getStream(c10::Device device) const override { return stream(device, current); }
  c10::Stream getNewStream(c10::Device device, int) const override { return stream(device, ++streams); }
  c10::Stream exchangeStream(c10::Stream stream) const override {
    const c10::Stream before = getStream(stream.device());
    current = stream.id();
    calls.push_back("current " + nameOf(stream));
    return before;
  }
  void record(void** event, const c10::Stream& stream, c10::DeviceIndex, c10::EventFlag) const override {
    if (*event == nullptr) *event = reinterpret_cast<void*>(++events);
    calls.push_back("record " + nameOf(*event) + " on " + nameOf(stream));
  }
  void block(void* event, const c10::Stream& stream) const override {
    if (event != nullptr) calls.push_back("block " + nameOf(stream) + " for " + nameOf(event));
  }
  void synchronizeEvent(void* event) const override {
    if (event != nullptr) calls.push_back("wait for event " + nameOf(event));
  }
  void synchronizeStream(const c10::Stream& stream) const override {
    calls.push_back("wait for stream " + nameOf(stream));
  }

  mutable c10::StreamId current = 0;
  mutable c10::StreamId streams = 0;
  mutable uintptr_t events = 0;
};

TEST(DeviceStream, OrdersStreamsByEvents) {
  c10::impl::registerDeviceGuard(kFake, new FakeGuard);
  calls.clear();
  const c10::Device device(kFake, 1);
  const DeviceStream copying(device);
  const DeviceStream computing(device);
  DeviceEvent staged(device);
  computing.waitFor(staged);  // never recorded
  staged.synchronize();
  {
    const DeviceStream::Current current(copying);
    copying.record(staged);
  }
  computing.waitFor(staged);
  staged.synchronize();
  computing.synchronize();
  EXPECT_EQ(calls, (std::vector<std::string>{"current 1", "record 1 on 1", "current 0", "block 2 for 1",
                                             "wait for event 1", "wait for stream 2"}));
}

TEST(DeviceStream, DoesNothingOnACpu) {
  const DeviceStream stream(at::kCPU);
  DeviceEvent event(at::kCPU);
  const DeviceStream::Current current(stream);
  stream.record(event);
  stream.waitFor(event);
  event.synchronize();
  stream.synchronize();
  EXPECT_EQ(at::ones({3}).sum().item<double>(), 3.0);
}

}  // namespace
}  // namespace kinetorch

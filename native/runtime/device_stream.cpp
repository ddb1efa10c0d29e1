#include "native/runtime/device_stream.h"

#include <c10/core/impl/VirtualGuardImpl.h>

namespace kinetorch {

DeviceEvent::DeviceEvent(c10::Device device) {
  if (!device.is_cpu()) event_.emplace(device.type());
}

void DeviceEvent::synchronize() const {
  if (event_) event_->synchronize();
}

void synchronizeCurrentStream(c10::Device device) {
  if (!device.is_cpu()) c10::impl::VirtualGuardImpl(device.type()).getStream(device).synchronize();
}

DeviceStream::DeviceStream(c10::Device device) {
  if (!device.is_cpu()) stream_ = c10::impl::VirtualGuardImpl(device.type()).getNewStream(device);
}

void DeviceStream::record(DeviceEvent& event) const {
  if (stream_) event.event_->record(*stream_);
}

void DeviceStream::waitFor(const DeviceEvent& event) const {
  if (stream_) event.event_->block(*stream_);
}

void DeviceStream::synchronize() const {
  if (stream_) stream_->synchronize();
}

}  // namespace kinetorch

#pragma once

#include <c10/core/Event.h>
#include <c10/core/Stream.h>
#include <c10/core/StreamGuard.h>

#include <optional>

namespace kinetorch {

class DeviceStream;

// A place in a stream that other streams and threads may wait for. One that was never recorded is no reason to wait. On
// a CPU, where work is done when its call returns, there is nothing to record.
class DeviceEvent {
 public:
  explicit DeviceEvent(c10::Device device);

  // Blocks this thread until the stream has come to where it was recorded last.
  void synchronize() const;

 private:
  friend class DeviceStream;
  std::optional<c10::Event> event_;
};

// Blocks until all is done that this thread gave the device's current stream. On a CPU, nothing.
void synchronizeCurrentStream(c10::Device device);

// A stream of work on a device, out of LibTorch's pool; on a CPU, nothing. Any thread may use it.
class DeviceStream {
 public:
  explicit DeviceStream(c10::Device device);

  void record(DeviceEvent& event) const;
  // What is given to the stream from now on waits for what `event` was recorded after; this thread does not.
  void waitFor(const DeviceEvent& event) const;
  // Blocks this thread until all is done that the stream was given.
  void synchronize() const;

  // While it lives, this thread's operators go to the stream, and to its device.
  class Current {
   public:
    explicit Current(const DeviceStream& stream) : guard_(stream.stream_) {}

   private:
    c10::OptionalStreamGuard guard_;
  };

 private:
  std::optional<c10::Stream> stream_;
};

}  // namespace kinetorch

#pragma once

#include <c10/core/DeviceType.h>
#include <c10/core/ScalarType.h>

namespace kinetorch {

// Mixed precision of this thread while it lives, and none with float32.
class Autocast {
 public:
  Autocast(c10::DeviceType device, c10::ScalarType precision);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  c10::DeviceType device_;
  bool on_;
  bool wasOn_ = false;
  c10::ScalarType earlier_ = c10::kFloat;
};

}  // namespace kinetorch

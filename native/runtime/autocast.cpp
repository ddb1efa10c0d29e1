#include "native/runtime/autocast.h"

#include <ATen/autocast_mode.h>

namespace kinetorch {

Autocast::Autocast(c10::DeviceType device, c10::ScalarType precision) : device_(device), on_(precision != c10::kFloat) {
  if (!on_) return;
  earlier_ = at::autocast::get_autocast_dtype(device_);
  wasOn_ = at::autocast::is_autocast_enabled(device_);
  at::autocast::set_autocast_dtype(device_, precision);
  at::autocast::set_autocast_enabled(device_, true);
}

Autocast::~Autocast() {
  if (!on_) return;
  at::autocast::clear_cache();  // of weights in half precision: the next training step's are others
  at::autocast::set_autocast_enabled(device_, wasOn_);
  at::autocast::set_autocast_dtype(device_, earlier_);
}

}  // namespace kinetorch

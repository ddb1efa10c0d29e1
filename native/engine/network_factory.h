#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <functional>
#include <memory>

#include "native/model/network.h"

namespace kinetorch {

// Makes the network of each executor. Called on their threads, by several at once.
struct NetworkFactory {
  std::function<std::unique_ptr<Network>(c10::Device device, c10::ScalarType precision)> make;
};

}  // namespace kinetorch

#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <functional>
#include <memory>

#include "native/network/network.h"

namespace kinetorch::engine {

// Makes the network of each executor. Called on their threads, by several at once.
struct NetworkFactory {
  std::function<std::unique_ptr<network::Network>(c10::Device device, c10::ScalarType precision)> make;
};

}  // namespace kinetorch::engine

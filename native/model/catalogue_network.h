#pragma once

#include <cstdint>
#include <string>

#include "native/architectures/frame_cnn_spec.h"

namespace kinetorch::model {

// What stands above the stages of a network that gives clips back.
enum class Decoder { kNone, kPlain, kMasked };

// Which network of the architecture table a file's is: all that its metadata says of it but for the weights.
struct CatalogueNetwork {
  std::string architecture;
  int64_t numClasses = 0;                  // of one without a decoder
  architectures::FrameCnnSpec frameCnn{};  // of a 2-D network
  Decoder decoder = Decoder::kNone;
};

}  // namespace kinetorch::model

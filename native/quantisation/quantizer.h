#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "native/model/model_file.h"
#include "native/preprocessing/clip.h"
#include "native/preprocessing/input_spec.h"
#include "native/quantisation/range.h"

namespace kinetorch::quantisation {

struct QuantizerOptions {
  preprocessing::InputSpec input;
  int64_t numClasses = 0;
  int threads = 0;  // 0: all cores
};

struct LayerInfo {
  std::string name;             // for people
  int64_t multiplications = 0;  // for one clip
};

// Makes a float32 network int8: binding.d.ts's NativeQuantizer, with one method for each of its. To be used on one
// thread, whose number of LibTorch's threads it sets. Where a method takes `int8`, that is a flag for each of layers().
class Quantizer {
 public:
  using Clips = std::vector<preprocessing::Frames>;
  using Flags = std::vector<uint8_t>;

  // Throws as loadNetwork, and ERR_UNSUPPORTED where no convolution can be int8.
  Quantizer(const model::ModelFile& file, const QuantizerOptions& options);
  ~Quantizer();

  const std::vector<LayerInfo>& layers() const;
  // Throws ERR_CLIP_*, ERR_MODEL_FORWARD.
  void observe(const Clips& clips);
  // Throws ERR_INVALID_ARGUMENT where nothing was observed.
  void setMethod(RangeMethod method);
  // N×classes, row-major. Throws as observe, and ERR_INVALID_ARGUMENT before setMethod, as do the rest.
  std::vector<float> logits(const Clips& clips, const Flags& int8);
  void correctBias(const Clips& clips, const Flags& int8);
  std::vector<LayerRanges> ranges() const;
  // Also throws ERR_FILE_ACCESS, and ERR_UNSUPPORTED where the file would not hold the same layers when it is read.
  void save(const std::string& path, const Flags& int8, const std::string& metadata) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kinetorch::quantisation

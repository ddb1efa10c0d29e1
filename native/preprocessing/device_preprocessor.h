#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <vector>

#include "native/preprocessing/crop_plan.h"
#include "native/preprocessing/input_spec.h"
#include "native/preprocessing/normalisation.h"

namespace kinetorch::preprocessing {

// Does preprocessClip's work where the frames lie already: with the CUDA library's one kernel where there is one, with
// LibTorch's operators elsewhere. Nothing here waits for the device.
class DevicePreprocessor {
 public:
  DevicePreprocessor(const InputSpec& input, c10::Device device);

  // `frames`: uint8, or float32 in [0, 1], T×H×W×3 on the device; `picked` of them are seen. Writes `slot`, T×h×w×3 of
  // the input's size and any floating type, a view of one clip of an N×3×T×h×w batch in channels_last_3d.
  void run(const at::Tensor& frames, const std::vector<int64_t>& picked, const CropPlan& crop,
           const at::Tensor& slot) const;

 private:
  // On the device, three values each.
  struct Normal {
    Normal(const Normalisation& values, c10::Device device);
    at::Tensor scale;
    at::Tensor shift;
  };

  const InputSpec input_;
  const Normal ofBytes_;
  const Normal ofFloats_;
};

}  // namespace kinetorch::preprocessing

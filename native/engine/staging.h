#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include "native/engine/batch.h"
#include "native/preprocessing/device_preprocessor.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::engine {

// The memory in which clips become a batch on a device: pinned memory, from which bytes travel while the CPU goes on,
// their place on the device, and the batch. It grows with the largest batch seen and is then used again, so that
// serving allocates nothing. One batch at a time: the next may be staged when the work on the last is done.
class Staging {
 public:
  Staging(const preprocessing::InputSpec& input, c10::Device device, c10::ScalarType precision);

  // `size` clips, N×3×T×H×W in channels_last_3d, preprocessed on the current stream: the items' and then black ones. An
  // item that cannot be preprocessed gets its error, and a black clip. Throws ERR_OUT_OF_MEMORY. Waits for nothing.
  at::Tensor stage(BatchItems items, int64_t size);

  // Starts to copy `rows`, float N×classes on the device, to pinned memory on the current stream.
  at::Tensor fetch(const at::Tensor& rows);

  // Lets all of it go.
  void release();

 private:
  void stageClip(const Request& request, int64_t offset, const at::Tensor& slot);

  const preprocessing::InputSpec input_;
  const c10::Device device_;
  const c10::ScalarType precision_;
  const preprocessing::DevicePreprocessor preprocessor_;
  at::Tensor hostBytes_;
  at::Tensor deviceBytes_;
  at::Tensor clips_;
  at::Tensor hostRows_;
};

}  // namespace kinetorch::engine

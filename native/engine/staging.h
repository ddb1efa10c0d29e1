#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include "native/engine/batch.h"
#include "native/network/network.h"
#include "native/preprocessing/device_preprocessor.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::engine {

// The memory in which clips become a batch on a device: pinned memory, from which bytes travel while the CPU goes on,
// their place on the device, and the batch. It grows with the largest batch and outputs seen, the N×C×T'×H'×W' of
// `features` among them, and is then used again, so that serving allocates nothing. It stays until memory runs out. One
// batch at a time: the next may be staged when the work on the last is done.
class Staging {
 public:
  Staging(const preprocessing::InputSpec& input, c10::Device device, c10::ScalarType precision);

  // `size` clips, N×3×T×H×W in channels_last_3d, preprocessed on the current stream: the items' and then black ones. An
  // item that cannot be preprocessed gets its error, and a black clip. Throws ERR_OUT_OF_MEMORY. Waits for nothing.
  at::Tensor stage(BatchItems items, int64_t size);

  // Starts to copy a network's outputs to pinned memory on the current stream.
  network::OutputTensors fetch(const network::OutputTensors& outputs);

  // Lets all of it go.
  void release();

 private:
  // `slot` is the clip's 3×T×H×W.
  void stageInput(const RequestInput& input, int64_t offset, const at::Tensor& slot);
  void stageFrames(const preprocessing::Frames& frames, int64_t offset, const at::Tensor& slot);
  void stageTensor(const preprocessing::ClipTensor& tensor, int64_t offset, const at::Tensor& slot);
  // What lies in the pinned memory there, on its way to the device.
  at::Tensor upload(int64_t offset, int64_t bytes);

  const preprocessing::InputSpec input_;
  const c10::Device device_;
  const c10::ScalarType precision_;
  const preprocessing::DevicePreprocessor preprocessor_;
  at::Tensor hostBytes_;
  at::Tensor deviceBytes_;
  at::Tensor clips_;
  network::OutputTensors hostOutputs_;
};

}  // namespace kinetorch::engine

#include "native/quantisation/quantizer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include "native/preprocessing/preprocess.h"
#include "native/quantisation/calibrated_network.h"
#include "native/quantisation/quantized_file.h"
#include "native/runtime/atomic_file.h"
#include "native/runtime/block_cache.h"
#include "native/runtime/error.h"
#include "native/runtime/runtime_info.h"

namespace kinetorch::quantisation {

using Mode = CalibratedNetwork::Mode;

struct Quantizer::Impl {
  Impl(const model::ModelFile& modelFile, const QuantizerOptions& options)
      : file(modelFile), input(options.input), network(file, input, options.numClasses) {
    for (const auto& layer : network.layers()) info.push_back({layer->name(), layer->multiplications()});
  }

  // One clip at a time: some networks take no more, and memory is that of one.
  template <typename Use>
  void forEach(const Clips& clips, const Flags& flags, Mode mode, const Use& use) {
    const c10::InferenceMode guard;
    KeptBlocks blocks;
    for (const preprocessing::Frames& frames : clips) {
      const at::Tensor clip =
          at::empty({1, 3, input.frames, input.height, input.width}, at::kFloat, at::MemoryFormat::ChannelsLast3d);
      preprocessing::preprocessClip(frames.clip, frames.crop, input, clip, 0);
      use(network.run(clip, flags, mode));
      blocks.endStep();
    }
  }

  void checkRanges() const {
    if (!hasRanges) throw Error("ERR_INVALID_ARGUMENT", "expected setMethod to have been called before");
  }

  const model::ModelFile file;
  const preprocessing::InputSpec input;
  CalibratedNetwork network;
  std::vector<LayerInfo> info;
  bool hasObserved = false;
  bool hasRanges = false;
};

Quantizer::Quantizer(const model::ModelFile& file, const QuantizerOptions& options) {
  at::set_num_threads(options.threads > 0 ? options.threads : defaultThreads());
  impl_ = std::make_unique<Impl>(file, options);
}

Quantizer::~Quantizer() = default;

const std::vector<LayerInfo>& Quantizer::layers() const { return impl_->info; }

void Quantizer::observe(const Clips& clips) {
  const Flags all(impl_->info.size(), 1);
  impl_->forEach(clips, all, Mode::kObserve, [this](const at::Tensor&) { impl_->hasObserved = true; });
}

void Quantizer::setMethod(RangeMethod method) {
  if (!impl_->hasObserved) throw Error("ERR_INVALID_ARGUMENT", "expected clips to have been observed before");
  for (const auto& layer : impl_->network.layers()) layer->setRanges(method);
  impl_->hasRanges = true;
}

std::vector<float> Quantizer::logits(const Clips& clips, const Flags& int8) {
  impl_->checkRanges();
  std::vector<float> logits;
  impl_->forEach(clips, int8, Mode::kSimulate, [&](const at::Tensor& given) {
    const at::Tensor row = given.contiguous();
    logits.insert(logits.end(), row.const_data_ptr<float>(), row.const_data_ptr<float>() + row.numel());
  });
  return logits;
}

void Quantizer::correctBias(const Clips& clips, const Flags& int8) {
  impl_->checkRanges();
  impl_->forEach(clips, int8, Mode::kCorrect, [](const at::Tensor&) {});
}

std::vector<LayerRanges> Quantizer::ranges() const {
  impl_->checkRanges();
  std::vector<LayerRanges> ranges;
  for (const auto& layer : impl_->network.layers()) ranges.push_back(layer->ranges());
  return ranges;
}

void Quantizer::save(const std::string& path, const Flags& int8, const std::string& metadata) const {
  impl_->checkRanges();
  const std::vector<uint8_t> bytes = quantizedFile(impl_->file, impl_->input, impl_->network, int8, metadata);
  writeFileAtomically(path, bytes.data(), bytes.size());
}

}  // namespace kinetorch::quantisation

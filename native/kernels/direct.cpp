#include "native/kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "native/kernels/direct.cpp"
#include "hwy/foreach_target.h"
#include "native/kernels/blocked_product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch {
namespace HWY_NAMESPACE {
namespace {

// A row is an output pixel: the input pixels below the kernel one after the other, [kt][kh][kw][C].
class Direct {
 public:
  Direct(const ConvJob& job, const ProductShape& shape)
      : epilogue_(job),
        layer_(job.layer),
        input_(job.arguments.input),
        size_(job.input),
        outputSize_(job.output),
        shape_(shape) {}

  void input(const Row& row, float* to, int64_t) const {
    const Pixel pixel = pixelAt(row);
    const int64_t channels = layer_.inputChannels;
    const int64_t rowFloats = layer_.kernel[2] * channels;
    const int64_t left = std::clamp<int64_t>(-pixel.x, 0, layer_.kernel[2]);
    const int64_t right = std::clamp<int64_t>(size_.width - pixel.x, left, layer_.kernel[2]);
    for (int64_t t = pixel.frame; t < pixel.frame + layer_.kernel[0]; ++t) {
      for (int64_t y = pixel.y; y < pixel.y + layer_.kernel[1]; ++y, to += rowFloats) {
        if (t < 0 || t >= size_.frames || y < 0 || y >= size_.height) {
          std::fill_n(to, rowFloats, 0.0F);
          continue;
        }
        const int64_t from = (((pixel.clip * size_.frames + t) * size_.height + y) * size_.width + pixel.x) * channels;
        std::fill_n(to, left * channels, 0.0F);
        copy(input_ + from + left * channels, to + left * channels, (right - left) * channels);
        std::fill_n(to + right * channels, rowFloats - right * channels, 0.0F);
      }
    }
  }

  const float* inPlace(const Row& row) const { return input_ + pixelIndex(row) * layer_.inputChannels; }

  void output(const Row& row, const float* products, int64_t, int64_t channel, int64_t channels) const {
    const int64_t offset = pixelIndex(row) * layer_.outputChannels + channel;
    const Epilogue epilogue = epilogue_;
    forEachLine(channels, [=](int64_t c, auto extent) HWY_ATTR {
      constexpr int kVectors = decltype(extent)::kVectors;
      Vector sums[kVectors][1];
      HWY_UNROLL(4)
      for (int v = 0; v < kVectors; ++v) {
        const int64_t at = c + v * kLanes;
        sums[v][0] = hn::Add(hn::LoadU(Floats(), products + at), epilogue.bias(channel + at));
      }
      epilogue.store(sums, 1, offset + c, 0, extent);
    });
  }

  void finish() const { epilogue_.finish(); }

 private:
  // An input pixel, perhaps outside.
  struct Pixel {
    int64_t clip;
    int64_t frame;
    int64_t y;
    int64_t x;
  };

  int64_t pixelIndex(const Row& row) const {
    return (row.group * shape_.frames + row.frame) * shape_.positions + row.position;
  }

  Pixel pixelAt(const Row& row) const {
    int64_t index = row.position;
    const int64_t x = index % outputSize_.width;
    index /= outputSize_.width;
    const int64_t y = index % outputSize_.height;
    index /= outputSize_.height;
    const int64_t t = index % outputSize_.frames;
    return {index / outputSize_.frames, t * layer_.stride[0] - layer_.padding[0],
            y * layer_.stride[1] - layer_.padding[1], x * layer_.stride[2] - layer_.padding[2]};
  }

  static HWY_INLINE void copy(const float* from, float* to, int64_t count) {
    forEachVector(count, [&](int64_t i, auto extent) HWY_ATTR { store(load(from + i, extent), to + i, extent); });
  }

  Epilogue epilogue_;
  const ConvLayer& layer_;
  const float* input_;
  ClipSize size_;
  ClipSize outputSize_;
  const ProductShape& shape_;
};

void runDirect(const ConvJob& job) {
  const ProductShape shape = productShape(job.layer, ConvAlgorithm::kDirect, job.input);
  const Direct transform(job, shape);
  BlockedProduct<Direct>(job, shape, transform).run();
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kinetorch
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kinetorch {
namespace {
HWY_EXPORT(runDirect);
}

ConvRunner directRunner(int64_t target) { return entryFor(target, HWY_DISPATCH_TABLE(runDirect)); }

}  // namespace kinetorch
#endif

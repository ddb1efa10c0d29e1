#include "native/simd/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "native/kernels/float32/winograd.cpp"
#include "hwy/foreach_target.h"
#include "native/kernels/float32/blocked_product-inl.h"
#include "native/kernels/float32/winograd_basis-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::kernels::float32 {
namespace HWY_NAMESPACE {
namespace {

// Tiles of kTile × kTile pixels of a frame.
template <int kTile>
class SpatialWinograd {
 public:
  SpatialWinograd(const ConvJob& job, const ProductShape& shape)
      : epilogue_(job),
        input_(job.inputData),
        size_(job.input),
        channels_(job.layer.inputChannels),
        outputChannels_(job.layer.outputChannels),
        tilesAcross_(ceilDivide(job.output.width, kTile)),
        tilesInFrame_(tilesAcross_ * ceilDivide(job.output.height, kTile)),
        framesInGroup_(shape.frames) {}

  void input(const Row& row, float* to, int64_t stride) const {
    const Tile tile = tileAt(row);
    const bool inside = tile.y > 0 && tile.x > 0 && tile.y + kTile < size_.height && tile.x + kTile < size_.width;
    inside ? transformInput<true>(tile, to, stride) : transformInput<false>(tile, to, stride);
  }

  void output(const Row& row, const float* products, int64_t stride, int64_t channel, int64_t channels) const {
    const Tile tile = tileAt(row);
    const int64_t height = std::min<int64_t>(kTile, size_.height - tile.y);
    const int64_t width = std::min<int64_t>(kTile, size_.width - tile.x);
    const int64_t pixel = (tile.frame * size_.height + tile.y) * size_.width + tile.x;
    const Epilogue epilogue = epilogue_;
    const int64_t outputChannels = outputChannels_;
    const int64_t outputRow = size_.width * outputChannels;
    const int64_t first = pixel * outputChannels + channel;
    forEachLine(channels, [=](int64_t c, auto extent) HWY_ATTR {
      constexpr int kVectors = decltype(extent)::kVectors;
      Vector halfway[kVectors][kTile][kPoints];
      for (int v = 0; v < kVectors; ++v) {
        const float* from = products + c + v * kLanes;
        for (int j = 0; j < kPoints; ++j, from += stride) {
          Vector column[kPoints];
          HWY_UNROLL(6)
          for (int i = 0; i < kPoints; ++i) column[i] = hn::LoadU(Floats(), from + i * kPoints * stride);
          Vector sums[kTile];
          WinogradOutput<kTile, kPoints>::transform(column, sums);
          HWY_UNROLL(4)
          for (int i = 0; i < kTile; ++i) halfway[v][i][j] = sums[i];
        }
      }
      for (int64_t y = 0; y < height; ++y) {
        Vector sums[kVectors][kTile];
        HWY_UNROLL(4)
        for (int v = 0; v < kVectors; ++v) {
          WinogradOutput<kTile, kPoints>::transform(halfway[v][y], sums[v]);
          const Vector bias = epilogue.bias(channel + c + v * kLanes);
          HWY_UNROLL(4)
          for (int x = 0; x < kTile; ++x) sums[v][x] = hn::Add(sums[v][x], bias);
        }
        epilogue.store(sums, width, first + y * outputRow + c, outputChannels, extent);
      }
    });
  }

  void finish() const { epilogue_.finish(); }

 private:
  static constexpr int kPoints = kTile + 2;

  struct Tile {
    int64_t frame;  // of the whole batch
    int64_t y;
    int64_t x;
  };

  Tile tileAt(const Row& row) const {
    const int64_t tile = row.position % tilesInFrame_;
    const int64_t frame = row.group * framesInGroup_ + row.frame + row.position / tilesInFrame_;
    return {frame, tile / tilesAcross_ * kTile, tile % tilesAcross_ * kTile};
  }

  template <bool kInside>
  void transformInput(const Tile& tile, float* to, int64_t stride) const {
    const int64_t top = tile.y - 1;
    const int64_t left = tile.x - 1;
    const int64_t rowStride = size_.width * channels_;
    const int64_t corner = ((tile.frame * size_.height + top) * size_.width + left) * channels_;
    forEachVector(channels_, [&](int64_t c, auto extent) HWY_ATTR {
      Vector halfway[kPoints][kPoints];
      int64_t from = corner + c;
      for (int j = 0; j < kPoints; ++j, from += channels_) {
        Vector column[kPoints];
        HWY_UNROLL(6)
        for (int i = 0; i < kPoints; ++i) {
          const bool exists =
              kInside || (top + i >= 0 && top + i < size_.height && left + j >= 0 && left + j < size_.width);
          column[i] = exists ? load(input_ + from + i * rowStride, extent) : hn::Zero(Floats());
        }
        Vector points[kPoints];
        WinogradInput<kPoints>::transform(column, points);
        HWY_UNROLL(6)
        for (int i = 0; i < kPoints; ++i) halfway[i][j] = points[i];
      }
      float* point = to + c;
      for (int i = 0; i < kPoints; ++i, point += kPoints * stride) {
        Vector points[kPoints];
        WinogradInput<kPoints>::transform(halfway[i], points);
        HWY_UNROLL(6)
        for (int j = 0; j < kPoints; ++j) hn::StoreU(points[j], Floats(), point + j * stride);
      }
    });
  }

  Epilogue epilogue_;
  const float* input_;
  ClipSize size_;  // of the input and the output alike
  int64_t channels_;
  int64_t outputChannels_;
  int64_t tilesAcross_;
  int64_t tilesInFrame_;
  int64_t framesInGroup_;
};

// Tiles of kTile frames at one pixel, of a kernel over kTaps frames.
template <int kTile, int kTaps>
class TemporalWinograd {
 public:
  TemporalWinograd(const ConvJob& job, const ProductShape&)
      : epilogue_(job),
        input_(job.inputData),
        frames_(job.input.frames),
        pixels_(job.input.height * job.input.width),
        channels_(job.layer.inputChannels),
        outputChannels_(job.layer.outputChannels),
        tilesInClip_(ceilDivide(frames_, kTile)) {}

  void input(const Row& row, float* to, int64_t stride) const {
    const Tile tile = tileAt(row);
    const int64_t first = tile.frame - kTaps / 2;
    const int64_t corner = ((tile.clip * frames_ + first) * pixels_ + tile.pixel) * channels_;
    forEachVector(channels_, [&](int64_t c, auto extent) HWY_ATTR {
      Vector frames[kPoints];
      for (int i = 0; i < kPoints; ++i) {
        const bool exists = first + i >= 0 && first + i < frames_;
        frames[i] = exists ? load(input_ + corner + i * pixels_ * channels_ + c, extent) : hn::Zero(Floats());
      }
      Vector points[kPoints];
      WinogradInput<kPoints>::transform(frames, points);
      for (int i = 0; i < kPoints; ++i) hn::StoreU(points[i], Floats(), to + i * stride + c);
    });
  }

  void output(const Row& row, const float* products, int64_t stride, int64_t channel, int64_t channels) const {
    const Tile tile = tileAt(row);
    const int64_t frames = std::min<int64_t>(kTile, frames_ - tile.frame);
    const int64_t offset = ((tile.clip * frames_ + tile.frame) * pixels_ + tile.pixel) * outputChannels_ + channel;
    const Epilogue epilogue = epilogue_;
    const int64_t outputFrame = pixels_ * outputChannels_;
    forEachLine(channels, [=](int64_t c, auto extent) HWY_ATTR {
      constexpr int kVectors = decltype(extent)::kVectors;
      Vector sums[kVectors][kTile];
      for (int v = 0; v < kVectors; ++v) {
        Vector points[kPoints];
        HWY_UNROLL(8)
        for (int i = 0; i < kPoints; ++i) {
          points[i] = hn::LoadU(Floats(), products + i * stride + c + v * kLanes);
        }
        WinogradOutput<kTile, kPoints>::transform(points, sums[v]);
        const Vector bias = epilogue.bias(channel + c + v * kLanes);
        HWY_UNROLL(4)
        for (int t = 0; t < kTile; ++t) sums[v][t] = hn::Add(sums[v][t], bias);
      }
      epilogue.store(sums, frames, offset + c, outputFrame, extent);
    });
  }

  void finish() const { epilogue_.finish(); }

 private:
  static constexpr int kPoints = kTile + kTaps - 1;

  struct Tile {
    int64_t clip;
    int64_t frame;  // first
    int64_t pixel;
  };

  Tile tileAt(const Row& row) const {
    const int64_t tile = row.position / pixels_;
    return {tile / tilesInClip_, tile % tilesInClip_ * kTile, row.position % pixels_};
  }

  Epilogue epilogue_;
  const float* input_;
  int64_t frames_;
  int64_t pixels_;
  int64_t channels_;
  int64_t outputChannels_;
  int64_t tilesInClip_;
};

template <typename Transform>
void runTransform(const ConvJob& job) {
  const ProductShape shape = productShape(job.layer, job.plan.algorithm, job.input);
  const Transform transform(job, shape);
  BlockedProduct<Transform>(job, shape, transform).run();
}

template <int kTile>
void runTiles(const ConvJob& job) {
  if (!isTemporal(job.layer)) {
    runTransform<SpatialWinograd<kTile>>(job);
  } else if (job.layer.kernel[0] == 3) {
    runTransform<TemporalWinograd<kTile, 3>>(job);
  } else {
    runTransform<TemporalWinograd<kTile, 5>>(job);
  }
}

void runWinograd(const ConvJob& job) {
  job.plan.algorithm == ConvAlgorithm::kWinograd4 ? runTiles<4>(job) : runTiles<2>(job);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::kernels::float32
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kinetorch::kernels::float32 {
namespace {
HWY_EXPORT(runWinograd);
}

ConvRunner winogradRunner(int64_t target) { return simd::entryFor(target, HWY_DISPATCH_TABLE(runWinograd)); }

}  // namespace kinetorch::kernels::float32
#endif

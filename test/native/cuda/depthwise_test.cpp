// The depthwise kernels of kinetorch_cuda, every thread of them run on the CPU: Note [The same code on both sides] in
// native/cuda/host_device.h.
#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>

#include "native/cuda/depthwise_any.h"
#include "native/cuda/depthwise_tiles.h"
#include "test/native/cuda/guarded_values.h"

namespace kinetorch::cuda {
namespace {

using Random = std::mt19937;

int draw(Random& random, int least, int most) { return std::uniform_int_distribution<int>(least, most)(random); }

template <typename Value>
void fill(GuardedValues<Value>& values, Random& random) {
  std::normal_distribution<float> normal;
  std::generate_n(values.data(), values.size(), [&] { return static_cast<Value>(normal(random)); });
}

std::string describe(const Extent& extent) {
  return std::to_string(extent.frames) + 'x' + std::to_string(extent.height) + 'x' + std::to_string(extent.width) + ' ';
}

std::string describe(const DepthwiseJob& job) {
  return "in " + describe(job.in) + "out " + describe(job.out) + "kernel " + describe(job.kernel) + "stride " +
         describe(job.stride) + "padding " + describe(job.padding) + "channels " + std::to_string(job.channels) +
         " strip " + std::to_string(job.strip) + " relu " + std::to_string(job.relu);
}

int outputSize(int in, int kernel, int stride, int padding) { return (in + 2 * padding - kernel) / stride + 1; }

DepthwiseJob jobOf(int batch, int channels, Extent in, Extent kernel, Extent stride, Extent padding) {
  DepthwiseJob job;
  job.batch = batch;
  job.channels = channels;
  job.in = in;
  job.kernel = kernel;
  job.stride = stride;
  job.padding = padding;
  job.out = {outputSize(in.frames, kernel.frames, stride.frames, padding.frames),
             outputSize(in.height, kernel.height, stride.height, padding.height),
             outputSize(in.width, kernel.width, stride.width, padding.width)};
  return job;
}

// Runs a launch's threads one after the other. Returns whether a tile suited.
template <typename Value>
bool emulate(const DepthwiseJob& job) {
  bool isTiled = true;
  withTile(
      job,
      [&](auto tile) {
        using Tile = decltype(tile);
        const StripGrid<Tile> grid(job);
        for (int clip = 0; clip < job.batch; ++clip) {
          for (unsigned index = 0; index < grid.threads(); ++index) {
            DepthwiseStrip<Tile, Value>(job, clip, grid.place(job, index)).run();
          }
        }
      },
      [&] {
        isTiled = false;
        for (int64_t index = 0; index < outputsOf(job); ++index) depthwiseAny<Value>(job, index);
      });
  return isTiled;
}

// Straight from the definition, in double. `magnitude` gets the sum of the products' sizes.
template <typename Value>
double reference(const DepthwiseJob& job, int64_t index, double& magnitude) {
  const auto value = [](const void* values, int64_t at) {
    return static_cast<double>(static_cast<float>(static_cast<const Value*>(values)[at]));
  };
  const auto c = index % job.channels;
  const auto x = index / job.channels % job.out.width;
  const auto y = index / job.channels / job.out.width % job.out.height;
  const auto t = index / job.channels / job.out.width / job.out.height % job.out.frames;
  const auto n = index / job.channels / job.out.width / job.out.height / job.out.frames;
  double sum = job.bias ? value(job.bias, c) : 0;
  magnitude = std::abs(sum);
  for (int64_t kt = 0; kt < job.kernel.frames; ++kt) {
    for (int64_t kh = 0; kh < job.kernel.height; ++kh) {
      for (int64_t kw = 0; kw < job.kernel.width; ++kw) {
        const int64_t inT = t * job.stride.frames - job.padding.frames + kt;
        const int64_t inY = y * job.stride.height - job.padding.height + kh;
        const int64_t inX = x * job.stride.width - job.padding.width + kw;
        if (inT < 0 || inT >= job.in.frames || inY < 0 || inY >= job.in.height || inX < 0 || inX >= job.in.width) {
          continue;
        }
        const int64_t at = (((n * job.in.frames + inT) * job.in.height + inY) * job.in.width + inX) * job.channels + c;
        const int64_t tap = ((kt * job.kernel.height + kh) * job.kernel.width + kw) * job.channels + c;
        const double product = value(job.input, at) * value(job.weight, tap);
        sum += product;
        magnitude += std::abs(product);
      }
    }
  }
  if (job.residual) sum += value(job.residual, index);
  return job.relu ? std::max(sum, 0.0) : sum;
}

// Half a unit in the last place of the type, for numbers near 1.
template <typename Value>
double halfUlp() {
  return std::is_same_v<Value, c10::Half> ? 1.0 / 2048 : 1.0 / 256;
}

// Returns whether a tile suited.
template <typename Value>
bool expectReference(DepthwiseJob job, Random& random) {
  const auto count = [&](const Extent& extent, int64_t each) {
    return static_cast<size_t>(each * extent.frames * extent.height * extent.width * job.channels);
  };
  GuardedValues<Value> input(count(job.in, job.batch));
  GuardedValues<Value> weight(count(job.kernel, 1));
  GuardedValues<Value> bias(static_cast<size_t>(job.channels));
  GuardedValues<Value> residual(count(job.out, job.batch));
  GuardedValues<Value> output(count(job.out, job.batch));
  for (auto* values : {&input, &weight, &bias, &residual}) fill(*values, random);
  job.input = input.data();
  job.weight = weight.data();
  job.output = output.data();
  if (draw(random, 0, 3) > 0) job.bias = bias.data();
  if (draw(random, 0, 1) > 0) job.residual = residual.data();
  job.relu = draw(random, 0, 1) > 0;
  job.strip = draw(random, 1, job.out.width + 1);
  const bool isTiled = emulate<Value>(job);
  EXPECT_TRUE(output.intact()) << describe(job);
  for (size_t i = 0; i < output.size(); ++i) {
    double magnitude = 0;
    const double expected = reference<Value>(job, static_cast<int64_t>(i), magnitude);
    const double actual = static_cast<float>(output[i]);
    const double allowed = 1.01 * halfUlp<Value>() * std::abs(expected) + 1e-6 * magnitude + 1e-7;
    // Written so that NaN fails.
    if (!(std::abs(actual - expected) <= allowed)) {
      ADD_FAILURE() << describe(job) << " at " << i << ": expected " << expected << " but received " << actual;
      return isTiled;
    }
  }
  return isTiled;
}

struct Layer {
  Extent kernel;
  Extent stride;
  int channels;  // that the tile takes at once
};

const Layer kTiled[] = {{{3, 3, 3}, {1, 1, 1}, 2}, {{3, 3, 3}, {2, 2, 2}, 2}, {{3, 3, 3}, {1, 2, 2}, 2},
                        {{1, 3, 3}, {1, 1, 1}, 4}, {{1, 3, 3}, {1, 2, 2}, 4}, {{3, 1, 1}, {1, 1, 1}, 8},
                        {{5, 1, 1}, {1, 1, 1}, 4}};

Extent drawExtent(Random& random, int least, int most) {
  return {draw(random, least, most), draw(random, least, most), draw(random, least, most)};
}

// Of any size of one pixel and more, with any padding below the kernel's size.
DepthwiseJob drawJob(Random& random, Extent kernel, Extent stride, int channels) {
  while (true) {
    const Extent padding{draw(random, 0, kernel.frames - 1), draw(random, 0, kernel.height - 1),
                         draw(random, 0, kernel.width - 1)};
    const DepthwiseJob job = jobOf(draw(random, 1, 2), channels, drawExtent(random, 1, 9), kernel, stride, padding);
    const bool fits = job.in.frames + 2 * padding.frames >= kernel.frames &&
                      job.in.height + 2 * padding.height >= kernel.height &&
                      job.in.width + 2 * padding.width >= kernel.width;
    if (fits) return job;
  }
}

TEST(CudaDepthwise, TilesAreTheConvolution) {
  Random random(1);
  for (const Layer& layer : kTiled) {
    for (int i = 0; i < 60; ++i) {
      const int vectors = i % 3 == 0 ? 64 / layer.channels * draw(random, 1, 2) : draw(random, 1, 9);
      const int channels = layer.channels * vectors;
      const DepthwiseJob job = drawJob(random, layer.kernel, layer.stride, channels);
      EXPECT_TRUE(expectReference<c10::Half>(job, random));
      EXPECT_TRUE(expectReference<c10::BFloat16>(job, random));
    }
  }
}

TEST(CudaDepthwise, AnyKernelAndNumberOfChannelsIsTheConvolution) {
  Random random(2);
  for (int i = 0; i < 150; ++i) {
    const DepthwiseJob job = drawJob(random, drawExtent(random, 1, 5), drawExtent(random, 1, 3), draw(random, 1, 11));
    expectReference<c10::Half>(job, random);
    expectReference<c10::BFloat16>(job, random);
  }
  for (const Layer& layer : kTiled) {
    const DepthwiseJob odd = drawJob(random, layer.kernel, layer.stride, 2 * draw(random, 1, 9) + 1);
    EXPECT_FALSE(expectReference<c10::Half>(odd, random));
  }
}

TEST(CudaDepthwise, KeepsNanThroughRelu) {
  const DepthwiseJob shape = jobOf(1, 2, {1, 1, 1}, {3, 3, 3}, {1, 1, 1}, {1, 1, 1});
  for (const int channels : {2, 1}) {
    DepthwiseJob job = shape;
    job.channels = channels;
    std::vector<c10::Half> input(2, std::numeric_limits<float>::quiet_NaN());
    std::vector<c10::Half> weight(54, 1.0F);
    std::vector<c10::Half> output(2, 0.0F);
    job.input = input.data();
    job.weight = weight.data();
    job.output = output.data();
    job.relu = true;
    job.strip = 1;
    EXPECT_EQ(emulate<c10::Half>(job), channels == 2);
    EXPECT_TRUE(std::isnan(static_cast<float>(output[0])));
  }
}

// Each place once, whether the channels divide into lines or not.
TEST(CudaDepthwise, ThreadsCoverTheOutputOnce) {
  using Tile = DepthwiseTile<3, 3, 3, 1, 1, 1, 2, 2, 2, 1>;
  for (const int channels : {2, 18, 64, 192}) {
    DepthwiseJob job = jobOf(1, channels, {3, 5, 7}, {3, 3, 3}, {1, 1, 1}, {1, 1, 1});
    job.strip = 3;
    const StripGrid<Tile> grid(job);
    std::set<std::array<int, 4>> places;
    for (unsigned index = 0; index < grid.threads(); ++index) {
      const StripPlace place = grid.place(job, index);
      EXPECT_TRUE(place.channel < channels && place.frame < 3 && place.row < 5 && place.column < 7);
      places.insert({place.channel, place.frame, place.row, place.column});
    }
    EXPECT_EQ(places.size(), grid.threads());
    EXPECT_EQ(grid.threads(), static_cast<unsigned>(channels / 2 * 2 * 3 * 3));
  }
}

TEST(CudaDepthwise, StripsAreShortWhereThereIsLittleToDo) {
  using Tile = DepthwiseTile<3, 3, 3, 1, 1, 1, 2, 2, 2, 1>;
  constexpr int64_t kSlots = 132 * 3 * 128;
  const auto strip = [](int batch, int channels, Extent size) {
    return stripLength<Tile>(jobOf(batch, channels, size, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}), kSlots);
  };
  EXPECT_LT(strip(1, 64, {32, 56, 56}), 56);
  EXPECT_EQ(strip(1, 512, {4, 7, 7}), 7);
  EXPECT_GE(strip(64, 64, {32, 56, 56}), 28);
  EXPECT_EQ(strip(1, 2, {1, 1, 1}), 1);
}

}  // namespace
}  // namespace kinetorch::cuda

#include "native/network/check_batches.h"

#include <ATen/ATen.h>

#include <array>
#include <utility>
#include <vector>

#include "native/network/agreement.h"
#include "native/network/random_clips.h"
#include "native/runtime/device_stream.h"
#include "native/runtime/error.h"

namespace kinetorch::network {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

// Two clips that are made of noise.
struct Recipe {
  bool isPositive;
  std::array<float, 2> scale;
  std::array<float, 2> offset;

  at::Tensor make(const at::Tensor& noise) const {
    const auto ofEach = [](const std::array<float, 2>& values) { return at::tensor(values).view({2, 1, 1, 1, 1}); };
    return (isPositive ? noise.abs() : noise) * ofEach(scale) + ofEach(offset);
  }
};

// Noise looks much the same once it is pooled; some networks know positive numbers alone, or those of bytes.
constexpr std::array<Recipe, 6> kRecipes{{{false, {1, 1}, {0, 0}},
                                          {false, {1, 1}, {-2, 2}},
                                          {true, {0.1F, 1}, {0, 0}},
                                          {true, {0, 0}, {0.1F, 0.9F}},
                                          {false, {0.1F, 10}, {0, 0}},
                                          {true, {10, 100}, {0, 0}}}};

// How far the outputs of two clips are apart, relative to the largest; 0 where they are no numbers.
double distance(const at::Tensor& outputs) {
  if (!at::isfinite(outputs).all().item<bool>()) return 0;
  const double largest = outputs.abs().max().item<double>();
  return largest > 0 ? (outputs[0] - outputs[1]).abs().max().item<double>() / largest : 0;
}

// Thue and Morse's sequence, which never repeats: 0, 1, 1, 0, 1, 0, 0, 1, …
at::Tensor turns(int64_t size, c10::Device device) {
  std::vector<int64_t> turns;
  for (int64_t i = 0; i < size; ++i) turns.push_back(__builtin_parityll(static_cast<unsigned long long>(i)));
  return at::tensor(turns, at::kLong).to(device);
}

}  // namespace

at::Tensor runEachAlone(Network& network, const at::Tensor& clips) {
  std::vector<at::Tensor> rows;
  for (const at::Tensor& clip : clips.split(1))
    rows.push_back(network.mainOutput(clip.clone()));  // it may write into it
  return at::cat(rows);
}

std::optional<ClipsAlone> findUnlikeClips(Network& network, const preprocessing::InputSpec& input,
                                          const at::TensorOptions& options, c10::ScalarType precision) {
  const at::Tensor noise = randomClips(2, input);
  double furthest = 2 * toleranceOf(precision);  // as far as `agree` goes
  const double isEnough = 2 * furthest;          // rows that are half the other clip's would show too
  std::optional<ClipsAlone> found;
  for (const Recipe& recipe : kRecipes) {
    try {
      ClipsAlone alone;
      alone.clips = recipe.make(noise).to(options);
      const auto begin = std::chrono::steady_clock::now();
      alone.outputs = runEachAlone(network, alone.clips);
      synchronizeCurrentStream(options.device());
      alone.time = Milliseconds(std::chrono::steady_clock::now() - begin) / 2;
      const double apart = distance(alone.outputs);
      if (apart <= furthest) continue;
      furthest = apart;
      found = std::move(alone);
      if (furthest > isEnough) break;
    } catch (const std::exception&) {  // there are networks that refuse some clips
      if (ranOutOfMemory()) throw;
    }
  }
  return found;
}

bool isRightInBatch(Network& network, const ClipsAlone& alone, int64_t size, c10::ScalarType precision) {
  const at::Tensor order = turns(size, alone.clips.device());
  try {
    const at::Tensor found = network.mainOutput(alone.clips.index_select(0, order));
    const at::Tensor expected = alone.outputs.index_select(0, order);
    return found.sizes() == expected.sizes() && agree(found, expected, precision);
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace kinetorch::network

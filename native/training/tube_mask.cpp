#include "native/training/tube_mask.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace kinetorch::training {

at::Tensor drawTubeMask(int64_t clips, const MaskOptions& options, const preprocessing::InputSpec& input,
                        augmentation::RandomState& random) {
  const int64_t rows = (input.height + options.cell - 1) / options.cell;
  const int64_t columns = (input.width + options.cell - 1) / options.cell;
  const auto cells = static_cast<size_t>(rows * columns);
  const auto hidden = static_cast<size_t>(options.ratio * static_cast<double>(cells));
  at::Tensor grid = at::zeros({clips, rows, columns}, at::kBool);
  bool* places = grid.mutable_data_ptr<bool>();
  std::vector<double> numbers(cells);
  std::vector<size_t> order(cells);
  for (int64_t clip = 0; clip < clips; ++clip, places += cells) {
    for (double& number : numbers) number = random.uniform();
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return numbers[a] < numbers[b]; });
    for (size_t i = 0; i < hidden; ++i) places[order[i]] = true;
  }
  return grid.repeat_interleave(options.cell, 1)
      .narrow(1, 0, input.height)
      .repeat_interleave(options.cell, 2)
      .narrow(2, 0, input.width)
      .contiguous();
}

}  // namespace kinetorch::training

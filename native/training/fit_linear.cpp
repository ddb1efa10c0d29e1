#include "native/training/fit_linear.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <string>

#include "native/runtime/error.h"

// Source: Nocedal and Wright 2006, "Numerical Optimization", algorithms 7.4 and 7.5 (L-BFGS) and 3.1 (backtracking).

namespace kinetorch::training {
namespace {

constexpr int kSteps = 500;
constexpr size_t kMemory = 10;
constexpr int kHalvings = 30;
constexpr double kEnoughDescent = 1e-4;
// Of the gradient, relative to where the search began.
constexpr double kSmallGradient = 1e-6;

struct Point {
  at::Tensor place;  // (features + 1)×classes, the bias last
  double loss = 0;
  at::Tensor gradient;
};

class LinearObjective {
 public:
  LinearObjective(at::Tensor inputs, at::Tensor targets, bool isMultiLabel, double weightDecay)
      : inputs_(std::move(inputs)), targets_(std::move(targets)), isMultiLabel_(isMultiLabel), decay_(weightDecay) {}

  Point at(at::Tensor place) const {
    const int64_t features = place.size(0) - 1;
    const at::Tensor weight = place.slice(0, 0, features);
    const at::Tensor logits = inputs_.matmul(weight) + place.slice(0, features);
    const auto count = static_cast<double>(inputs_.size(0));
    const at::Tensor losses = isMultiLabel_ ? logits.clamp_min(0) - logits * targets_ + (-logits.abs()).exp().log1p()
                                            : -logits.log_softmax(1) * targets_;
    const at::Tensor error = ((isMultiLabel_ ? logits.sigmoid() : logits.softmax(1)) - targets_) / count;
    const double loss = losses.sum().item<double>() / count + decay_ / 2 * weight.square().sum().item<double>();
    const at::Tensor gradient = at::cat({inputs_.t().matmul(error) + decay_ * weight, error.sum(0, /*keepdim=*/true)});
    return {std::move(place), loss, gradient};
  }

 private:
  at::Tensor inputs_;
  at::Tensor targets_;
  bool isMultiLabel_;
  double decay_;
};

double innerProduct(const at::Tensor& a, const at::Tensor& b) { return (a * b).sum().item<double>(); }

// What the last steps say of the curvature.
class Curvature {
 public:
  void remember(const at::Tensor& step, const at::Tensor& change) {
    const double product = innerProduct(step, change);
    if (product <= 1e-12 * innerProduct(change, change)) return;
    pairs_.push_back({step, change, 1 / product});
    if (pairs_.size() > kMemory) pairs_.pop_front();
  }

  // The inverse Hessian, as far as it is known, times the gradient.
  at::Tensor newtonStep(const at::Tensor& gradient) const {
    at::Tensor step = gradient.clone();
    std::deque<double> shares;
    for (auto pair = pairs_.rbegin(); pair != pairs_.rend(); ++pair) {
      shares.push_front(pair->inverse * innerProduct(pair->step, step));
      step -= shares.front() * pair->change;
    }
    if (pairs_.empty()) return step / std::max(1.0, gradient.norm().item<double>());
    const Pair& last = pairs_.back();
    step *= 1 / (last.inverse * innerProduct(last.change, last.change));
    for (const Pair& pair : pairs_) {
      step += pair.step * (shares.front() - pair.inverse * innerProduct(pair.change, step));
      shares.pop_front();
    }
    return step;
  }

 private:
  struct Pair {
    at::Tensor step;
    at::Tensor change;  // of the gradient
    double inverse;     // of their product
  };
  std::deque<Pair> pairs_;
};

at::Tensor minimise(const LinearObjective& objective, at::Tensor start) {
  Point point = objective.at(std::move(start));
  const double enough = kSmallGradient * std::max(1e-3, point.gradient.norm().item<double>());
  Curvature curvature;
  for (int i = 0; i < kSteps && point.gradient.norm().item<double>() > enough; ++i) {
    const at::Tensor direction = -curvature.newtonStep(point.gradient);
    const double slope = innerProduct(direction, point.gradient);
    double length = 1;
    Point next = objective.at(point.place + direction);
    int halvings = 0;
    while (!(next.loss <= point.loss + kEnoughDescent * length * slope) && halvings++ < kHalvings) {
      length /= 2;
      next = objective.at(point.place + length * direction);
    }
    if (!(next.loss < point.loss)) break;  // as near as doubles get
    curvature.remember(next.place - point.place, next.gradient - point.gradient);
    point = std::move(next);
  }
  return point.place;
}

// Rows of many columns, said in the directions that they span.
struct Spanned {
  at::Tensor rows;        // N×directions
  at::Tensor directions;  // columns×directions, orthonormal
};

// No more directions than rows. The least loss is there, as a weight across them costs and does nothing, and neither
// the decay nor the search sees how space is turned: so long vectors of few clips take a fraction of the time.
Spanned spanOf(const at::Tensor& rows) {
  const auto [squares, axes] = at::linalg_eigh(rows.matmul(rows.t()));
  const at::Tensor kept = (squares > 1e-12 * squares[-1]).nonzero().squeeze(1);
  const at::Tensor lengths = squares.index_select(0, kept).sqrt();
  const at::Tensor own = axes.index_select(1, kept);
  return {own * lengths, rows.t().matmul(own / lengths)};
}

void check(const LabelledVectors& data) {
  const auto isWhole = [&](size_t size) {
    return data.count > 0 && size > 0 && size % static_cast<size_t>(data.count) == 0;
  };
  if (!isWhole(data.features.size()) || !isWhole(data.targets.size())) {
    throw Error("ERR_INVALID_ARGUMENT", "expected features and targets of " + std::to_string(data.count) +
                                            " vectors but received " + std::to_string(data.features.size()) + " and " +
                                            std::to_string(data.targets.size()) + " numbers");
  }
  const auto isFinite = [](float value) { return std::isfinite(value); };
  if (!std::all_of(data.features.begin(), data.features.end(), isFinite)) {
    throw Error("ERR_TRAINING", "expected vectors of finite numbers but received NaN or infinity");
  }
}

std::vector<float> toFloats(const at::Tensor& tensor) {
  const at::Tensor floats = tensor.to(at::kFloat).contiguous();
  const float* values = floats.const_data_ptr<float>();
  return {values, values + floats.numel()};
}

}  // namespace

model::LinearHead fitLinear(const LabelledVectors& data, double weightDecay) {
  check(data);
  const at::NoGradGuard noGrad;
  const at::Tensor features = at::tensor(data.features, at::kDouble).view({data.count, -1});
  const at::Tensor targets = at::tensor(data.targets, at::kDouble).view({data.count, -1});
  const at::Tensor mean = features.mean(0);
  const at::Tensor deviation = (features - mean).square().mean(0).sqrt();
  // Of one that never changes the difference from its mean is rounding.
  const at::Tensor isConstant = deviation <= 1e-7 * mean.abs();
  const at::Tensor scale = at::where(isConstant, at::zeros_like(deviation), 1 / deviation);
  const at::Tensor standardised = (features - mean) * scale;
  // To find the directions takes as long as some searches.
  const bool isLong = features.size(1) > 2 * features.size(0);
  const Spanned spanned = isLong ? spanOf(standardised) : Spanned{standardised, {}};
  const int64_t width = spanned.rows.size(1);
  const LinearObjective objective(spanned.rows, targets, data.isMultiLabel, weightDecay);
  const at::Tensor found = minimise(objective, at::zeros({width + 1, targets.size(1)}, at::kDouble));
  const at::Tensor inner = found.slice(0, 0, width);
  const at::Tensor weight = (isLong ? spanned.directions.matmul(inner) : inner) * scale.unsqueeze(1);
  const at::Tensor bias = found[width] - mean.matmul(weight);
  return {toFloats(weight.t()), toFloats(bias)};
}

}  // namespace kinetorch::training

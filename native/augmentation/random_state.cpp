#include "native/augmentation/random_state.h"

#include <cmath>

namespace kinetorch::augmentation {
namespace {

uint64_t rotateLeft(uint64_t value, int bits) { return (value << bits) | (value >> (64 - bits)); }

// Logarithm of a Gamma(shape) variate: one of a small shape would itself often be too small for a double. Marsaglia
// and Tsang's method for shape + 1, and their step from there down to the shape.
double logGamma(RandomState& random, double shape) {
  const double d = shape + 1 - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = random.normal();
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    const double u = 1 - random.uniform();
    if (std::log(u) >= 0.5 * x * x + d - d * v + d * std::log(v)) continue;
    return std::log(d * v) + std::log(1 - random.uniform()) / shape;
  }
}

}  // namespace

RandomState::RandomState(uint64_t seed) {
  for (uint64_t& word : state_) {  // splitmix64, the seeding that xoshiro's authors advise
    seed += 0x9e3779b97f4a7c15ULL;
    uint64_t mixed = seed;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
    word = mixed ^ (mixed >> 31);
  }
}

uint64_t RandomState::next() {
  const uint64_t result = rotateLeft(state_[0] + state_[3], 23) + state_[0];
  const uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = rotateLeft(state_[3], 45);
  return result;
}

double RandomState::uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

int64_t RandomState::below(int64_t bound) {
  const auto range = static_cast<uint64_t>(bound);
  const uint64_t unfair = (0 - range) % range;  // 2^64 mod range: so many of the smallest values are drawn again
  uint64_t value = next();
  while (value < unfair) value = next();
  return static_cast<int64_t>(value % range);
}

double RandomState::normal() {
  // Box and Muller. Its second number is thrown away, so that the four words are all there is to save.
  constexpr double kTurn = 6.283185307179586;
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return radius * std::cos(kTurn * uniform());
}

double RandomState::beta(double alpha) {
  const double first = logGamma(*this, alpha);
  const double second = logGamma(*this, alpha);
  return 1 / (1 + std::exp(second - first));
}

}  // namespace kinetorch::augmentation

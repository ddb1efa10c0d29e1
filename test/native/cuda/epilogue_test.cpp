// The bias, residual and ReLU kernel of kinetorch_cuda, every thread of it run on the CPU.
#include "native/cuda/epilogue.h"

#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "test/native/cuda/guarded_values.h"

namespace kinetorch::cuda {
namespace {

template <int kCount, typename Value>
void expectSum(int channels, int places, bool withBias, bool withResidual, bool relu) {
  std::mt19937 random(static_cast<unsigned>(channels * 100 + places));
  std::normal_distribution<float> normal;
  const auto size = static_cast<size_t>(channels) * static_cast<size_t>(places);
  GuardedValues<Value> values(size);
  GuardedValues<Value> bias(static_cast<size_t>(channels));
  GuardedValues<Value> residual(size);
  for (auto* each : {&values, &bias, &residual}) {
    std::generate_n(each->data(), each->size(), [&] { return static_cast<Value>(normal(random)); });
  }
  std::vector<float> expected;
  for (size_t i = 0; i < size; ++i) {
    float sum = static_cast<float>(values[i]);
    if (withBias) sum += static_cast<float>(bias[i % static_cast<size_t>(channels)]);
    if (withResidual) sum += static_cast<float>(residual[i]);
    expected.push_back(static_cast<float>(static_cast<Value>(relu ? std::max(sum, 0.0F) : sum)));
  }
  EpilogueJob job;
  job.values = values.data();
  job.bias = withBias ? bias.data() : nullptr;
  job.residual = withResidual ? residual.data() : nullptr;
  job.channels = channels;
  job.count = static_cast<int64_t>(size);
  job.relu = relu;
  for (unsigned index = 0; index < size / kCount; ++index) addBiasAndResidual<kCount, Value>(job, index);
  EXPECT_TRUE(values.intact());
  for (size_t i = 0; i < size; ++i) ASSERT_EQ(static_cast<float>(values[i]), expected[i]) << channels << ' ' << i;
}

template <int kVector, typename Value>
void expectSums() {
  for (int options = 0; options < 8; ++options) {
    for (const int places : {1, 2, 7, 30}) {
      const auto is = [&](int bit) { return (options & bit) != 0; };
      for (const int vectors : {1, 3, 8}) expectSum<kVector, Value>(kVector * vectors, places, is(1), is(2), is(4));
      for (const int channels : {1, 3, 45}) expectSum<1, Value>(channels, places, is(1), is(2), is(4));
    }
  }
}

TEST(CudaEpilogue, AddsInFloatAndRoundsOnce) {
  expectSums<4, float>();
  expectSums<8, c10::Half>();
  expectSums<8, c10::BFloat16>();
}

}  // namespace
}  // namespace kinetorch::cuda

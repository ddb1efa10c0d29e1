#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

namespace kinetorch::network {

// What may be asked for of a clip. This table names the outputs; lib/model/outputs.ts has the same names.
enum class Output : uint8_t { kLogits, kProbabilities, kEmbedding, kFeatures, kReconstruction, kTarget };

struct OutputInfo {
  Output output;
  const char* name;
  Output source;       // what it is computed from; networks give sources alone
  int64_t dimensions;  // of a batch
};

inline constexpr std::array<OutputInfo, 6> kOutputs{{
    {Output::kLogits, "logits", Output::kLogits, 2},                // N×classes
    {Output::kProbabilities, "probabilities", Output::kLogits, 2},  // N×classes, softmax or sigmoids of the logits
    {Output::kEmbedding, "embedding", Output::kEmbedding, 2},       // N×C, the vector before the last layer
    {Output::kFeatures, "features", Output::kFeatures, 5},          // N×C×T'×H'×W', the map before the global pooling
    // N×3×T×H×W, the clips as a network with a decoder gives them back, and as it was given them.
    {Output::kReconstruction, "reconstruction", Output::kReconstruction, 5},
    {Output::kTarget, "target", Output::kTarget, 5},
}};

class OutputSet {
 public:
  constexpr OutputSet() = default;
  constexpr OutputSet(std::initializer_list<Output> outputs) {
    for (const Output output : outputs) add(output);
  }

  constexpr void add(Output output) { bits_ |= bitOf(output); }
  constexpr void add(OutputSet outputs) { bits_ |= outputs.bits_; }
  constexpr bool has(Output output) const { return (bits_ & bitOf(output)) != 0; }
  constexpr bool includes(OutputSet outputs) const { return (outputs.bits_ & ~bits_) == 0; }
  constexpr OutputSet without(OutputSet outputs) const { return OutputSet(bits_ & ~outputs.bits_); }

  // What a network is to give for these.
  constexpr OutputSet sources() const {
    OutputSet sources;
    for (const OutputInfo& info : kOutputs) {
      if (has(info.output)) sources.add(info.source);
    }
    return sources;
  }
  // All that can be computed from these.
  constexpr OutputSet computable() const {
    OutputSet computable;
    for (const OutputInfo& info : kOutputs) {
      if (has(info.source)) computable.add(info.output);
    }
    return computable;
  }

  // 'logits, probabilities'
  std::string names() const {
    std::string names;
    for (const OutputInfo& info : kOutputs) {
      if (has(info.output)) names += (names.empty() ? "" : ", ") + std::string(info.name);
    }
    return names;
  }

 private:
  constexpr explicit OutputSet(int bits) : bits_(static_cast<uint8_t>(bits)) {}
  static constexpr uint8_t bitOf(Output output) { return static_cast<uint8_t>(1U << static_cast<unsigned>(output)); }

  uint8_t bits_ = 0;
};

// A value for each output.
template <typename T>
class ByOutput {
 public:
  T& operator[](Output output) { return values_[static_cast<size_t>(output)]; }
  const T& operator[](Output output) const { return values_[static_cast<size_t>(output)]; }

 private:
  std::array<T, kOutputs.size()> values_;
};

inline std::optional<Output> outputNamed(const std::string& name) {
  for (const OutputInfo& info : kOutputs) {
    if (name == info.name) return info.output;
  }
  return std::nullopt;
}

}  // namespace kinetorch::network

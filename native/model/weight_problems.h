#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kinetorch::model {

// What keeps a file's tensors from being a network's, for one message that names up to five of each sort.
struct WeightProblems {
  std::vector<std::string> missing, unexpected, misshapen, twice;

  void addMisshapen(const std::string& name, const std::vector<int64_t>& expected,
                    const std::vector<int64_t>& received);
  // Empty where there are none.
  std::string text() const;
};

}  // namespace kinetorch::model

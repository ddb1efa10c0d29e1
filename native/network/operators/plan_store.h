#pragma once

#include <map>
#include <optional>
#include <string>

#include "native/kernels/conv.h"

namespace kinetorch::network {

// Plans of convolutions that were measured before, by text that says for which layer, size and number of threads.
// No value at an entry means that LibTorch's own convolution was fastest.
//
// The file is a cache: lines that cannot be read are passed over, and one that cannot be written is no error.
class PlanStore {
 public:
  using Plan = std::optional<kernels::ConvPlan>;

  // `path` is empty where nothing is to be remembered. One file a processor model and version: see planFileName().
  explicit PlanStore(std::string path);

  const Plan* find(const std::string& key) const;
  void put(const std::string& key, const Plan& plan);
  // What else was found by measuring: yes or no.
  std::optional<bool> findDecision(const std::string& key) const;
  void putDecision(const std::string& key, bool yes);
  // Adds what was put to what the file holds by now.
  void save();

 private:
  void read();

  std::string path_;
  std::map<std::string, Plan> plans_;
  std::map<std::string, bool> decisions_;
  bool changed_ = false;
};

// A file name that is another on another processor model, LibTorch or set of kernels.
std::string planFileName();

}  // namespace kinetorch::network

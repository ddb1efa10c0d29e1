#pragma once

#include <map>
#include <optional>
#include <string>

#include "native/kernels/conv.h"
#include "native/network/sharing.h"

namespace kinetorch::network {

// What runs a convolution: our kernels by a plan, or without a value LibTorch's own.
using ConvChoice = std::optional<kernels::ConvPlan>;

// What was fastest for convolutions that were measured before, by text that says for which layer, kind of elements,
// size and number of threads; and how threads share a batch of a network best.
//
// The file is a cache: lines that cannot be read are passed over, and one that cannot be written is no error.
class PlanStore {
 public:
  // `path` is empty where nothing is to be remembered. One file a processor model and version: see planFileName().
  explicit PlanStore(std::string path);

  const ConvChoice* find(const std::string& key) const;
  void put(const std::string& key, const ConvChoice& choice);
  std::optional<BatchSharing> findSharing(const std::string& key) const;
  void putSharing(const std::string& key, BatchSharing sharing);
  // Adds what was put to what the file holds by now.
  void save();

 private:
  void read();

  std::string path_;
  std::map<std::string, ConvChoice> choices_;
  std::map<std::string, BatchSharing> sharings_;
  bool changed_ = false;
};

// A file name that is another on another processor model, LibTorch or set of kernels.
std::string planFileName();

}  // namespace kinetorch::network

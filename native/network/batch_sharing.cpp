#include "native/network/batch_sharing.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/ir/alias_analysis.h>

#include <algorithm>
#include <atomic>
#include <vector>

#include "native/runtime/parallel_for.h"

namespace kinetorch::network {
namespace {

bool keepsNothing(torch::jit::Block* block, const torch::jit::AliasDb& aliases) {
  return std::all_of(block->nodes().begin(), block->nodes().end(), [&](torch::jit::Node* node) {
    const bool isStored = node->kind() == c10::prim::GetAttr || node->kind() == c10::prim::Constant;
    if (node->kind() == c10::prim::SetAttr || (isStored && aliases.hasWriters(node->output()))) return false;
    return std::all_of(node->blocks().begin(), node->blocks().end(),
                       [&](torch::jit::Block* inner) { return keepsNothing(inner, aliases); });
  });
}

}  // namespace

bool canShareClips(const std::shared_ptr<torch::jit::Graph>& graph) {
  return partsStayOnTheirThread() && keepsNothing(graph->block(), torch::jit::AliasDb(graph));
}

std::vector<at::Tensor> runShared(const at::Tensor& clips, BatchSharing sharing,
                                  const std::function<std::vector<at::Tensor>(const at::Tensor&)>& run) {
  const int64_t threads = parallelThreads();
  const int64_t share = clips.size(0) / threads;
  if (sharing == BatchSharing::kLayers || share == 0) return run(clips);
  const int64_t size = sharing == BatchSharing::kClips ? 1 : share;
  const int64_t count = share * threads / size;
  std::vector<std::vector<at::Tensor>> parts(static_cast<size_t>(count));
  std::atomic<int64_t> next{0};
  parallelFor(threads, [&](int64_t, int64_t) {
    const c10::InferenceMode guard;
    for (int64_t part; (part = next++) < count;) {
      parts[static_cast<size_t>(part)] = run(clips.slice(0, part * size, (part + 1) * size));
    }
  });
  if (share * threads < clips.size(0)) parts.push_back(run(clips.slice(0, share * threads)));
  return joinRows(parts);
}

std::vector<at::Tensor> joinRows(const std::vector<std::vector<at::Tensor>>& parts) {
  std::vector<at::Tensor> whole;
  for (size_t i = 0; i < parts.front().size(); ++i) {
    std::vector<at::Tensor> rows;
    for (const std::vector<at::Tensor>& part : parts) rows.push_back(part[i]);
    whole.push_back(at::cat(rows));
  }
  return whole;
}

}  // namespace kinetorch::network

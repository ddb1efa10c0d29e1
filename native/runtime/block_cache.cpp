#include "native/runtime/block_cache.h"

#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

namespace kinetorch {
namespace {

// In front of every block, as long as LibTorch's alignment so as not to disturb it.
struct alignas(64) Header {
  size_t size;  // of header and block
};

// malloc serves smaller blocks well enough.
constexpr size_t kSmallestKept = size_t{1} << 16;
constexpr uint64_t kIdleSteps = 4;

// A step that draws its clips' sizes at random asks for nearly the same sizes: eight classes for each power of two.
size_t classOf(size_t size) {
  size_t grain = kSmallestKept / 8;
  while (grain * 16 <= size) grain *= 2;
  return (size + grain - 1) / grain * grain;
}

class BlockCache final : public c10::Allocator {
 public:
  // Never destroyed: tensors in static variables outlive everything.
  static BlockCache& instance() {
    static auto* const cache = new BlockCache;
    return *cache;
  }

  c10::DataPtr allocate(size_t bytes) override {
    void* const data = bytes == 0 ? nullptr : take(bytes);
    return {data, data, &BlockCache::release, c10::Device(c10::kCPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &BlockCache::release; }
  void copy_data(void* to, const void* from, size_t count) const override { default_copy_data(to, from, count); }

  void addUser() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++users_;
  }

  void removeUser() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (--users_ == 0) freeOlderThan(0);
  }

  void endStep() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++step_;
    freeOlderThan(kIdleSteps);
  }

  size_t keptBytes() {
    const std::lock_guard<std::mutex> lock(mutex_);
    size_t bytes = 0;
    for (const auto& [size, blocks] : kept_) bytes += size * blocks.size();
    return bytes;
  }

 private:
  struct Kept {
    Header* block;
    uint64_t step;  // in which it was freed
  };

  void* take(size_t bytes) {
    // An overflow stays too large, and alloc_cpu() says so.
    size_t size = bytes > SIZE_MAX / 2 ? bytes : bytes + sizeof(Header);
    if (size >= kSmallestKept && size < SIZE_MAX / 2) {
      size = classOf(size);
      if (Header* const block = takeKept(size)) return block + 1;
    }
    Header* const block = allocateBlock(size);
    block->size = size;
    return block + 1;
  }

  Header* takeKept(size_t size) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = kept_.find(size);
    if (found == kept_.end() || found->second.empty()) return nullptr;
    Header* const block = found->second.back().block;
    found->second.pop_back();
    return block;
  }

  Header* allocateBlock(size_t size) {
    try {
      return static_cast<Header*>(c10::alloc_cpu(size));
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (kept_.empty()) throw;
      freeOlderThan(0);
    }
    return static_cast<Header*>(c10::alloc_cpu(size));
  }

  static void release(void* data) {
    if (data != nullptr) instance().give(static_cast<Header*>(data) - 1);
  }

  void give(Header* block) {
    if (block->size >= kSmallestKept) {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (users_ > 0) {
        kept_[block->size].push_back({block, step_});
        return;
      }
    }
    c10::free_cpu(block);
  }

  // The oldest lie first in each class, since the newest are taken first.
  void freeOlderThan(uint64_t steps) {
    for (auto entry = kept_.begin(); entry != kept_.end();) {
      std::vector<Kept>& blocks = entry->second;
      size_t old = 0;
      while (old < blocks.size() && step_ - blocks[old].step >= steps) c10::free_cpu(blocks[old++].block);
      blocks.erase(blocks.begin(), blocks.begin() + static_cast<std::ptrdiff_t>(old));
      entry = blocks.empty() ? kept_.erase(entry) : std::next(entry);
    }
  }

  std::mutex mutex_;
  int users_ = 0;
  uint64_t step_ = 0;
  std::map<size_t, std::vector<Kept>> kept_;
};

}  // namespace

void installBlockCache() { c10::SetCPUAllocator(&BlockCache::instance()); }

KeptBlocks::KeptBlocks() { BlockCache::instance().addUser(); }
KeptBlocks::~KeptBlocks() { BlockCache::instance().removeUser(); }
void KeptBlocks::endStep() { BlockCache::instance().endStep(); }

size_t keptBytes() { return BlockCache::instance().keptBytes(); }

}  // namespace kinetorch

#include "native/cuda/captured_graph.h"

#include <ATen/core/CachingHostAllocator.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

namespace kinetorch::cuda {
namespace {

// A stream that nobody else has. LibTorch's pool gives the same few out in turn, to other models and trainers too, and
// what they do on one that is being captured would be captured.
class OwnStream {
 public:
  OwnStream() { C10_CUDA_CHECK(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
  ~OwnStream() { cudaStreamDestroy(stream_); }
  OwnStream(const OwnStream&) = delete;
  OwnStream& operator=(const OwnStream&) = delete;

  c10::cuda::CUDAStream get() const { return c10::cuda::getStreamFromExternal(stream_, c10::cuda::current_device()); }

 private:
  cudaStream_t stream_ = nullptr;
};

class TorchGraph final : public CapturedGraph {
 public:
  explicit TorchGraph(const std::function<void()>& work) {
    const OwnStream stream;
    const c10::cuda::CUDAStreamGuard guard(stream.get());
    try {
      // Other threads may wait for the device or allocate from it meanwhile.
      graph_.capture_begin(pool_, cudaStreamCaptureModeThreadLocal);
      work();
      graph_.capture_end();
    } catch (...) {
      abandon();
      throw;
    }
  }

  void replay() override { graph_.replay(); }

 private:
  // Where LibTorch cannot end a capture, its allocators would go on asking this graph whether memory is for it.
  void abandon() {
    const auto attempt = [](const auto& undo) {
      try {
        undo();
      } catch (const c10::Error&) {
        // Undone already.
      }
    };
    attempt([&] { graph_.capture_end(); });
    attempt([&] {
      const c10::DeviceIndex device = c10::cuda::current_device();
      c10::cuda::CUDACachingAllocator::endAllocateToPool(device, pool_);
      c10::cuda::CUDACachingAllocator::releasePool(device, pool_);
    });
    attempt([&] {
      at::HostAllocator* const host = at::getHostAllocator(at::kCUDA);
      host->end_allocate_to_pool(pool_);
      host->release_pool(pool_);
    });
    cudaGetLastError();
  }

  c10::MempoolId_t pool_ = at::cuda::graph_pool_handle();
  at::cuda::CUDAGraph graph_;
};

}  // namespace

std::unique_ptr<CapturedGraph> captureGraph(const std::function<void()>& work) {
  return std::make_unique<TorchGraph>(work);
}

}  // namespace kinetorch::cuda

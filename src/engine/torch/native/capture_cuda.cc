// CUDA graphs, where the addon is built with CUDA's headers beside LibTorch's (CMakeLists.txt looks for them).
#include "capture.h"
#ifdef RETORT_CUDA
#include <ATen/core/CachingHostAllocator.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAStream.h>
#include "command.h"
#endif

namespace retort {
#ifdef RETORT_CUDA
namespace {

// The memory of graphs. They are launched one at a time and what they give is copied out at once, so those that live at the same time share
// one; LibTorch takes no pool again that all graphs have left, so the next one then makes another.
struct Pool {
  c10::MempoolId_t id = at::cuda::graph_pool_handle();
};

std::weak_ptr<Pool>& latestPool() {
  static std::weak_ptr<Pool> latest;
  return latest;
}

std::shared_ptr<Pool> sharedPool() {
  std::shared_ptr<Pool> pool = latestPool().lock();
  if (pool == nullptr) latestPool() = pool = std::make_shared<Pool>();
  return pool;
}

// The stream that is captured, since the default one cannot be. While this lives, work goes there; what was asked for before is waited for.
class Aside {
 public:
  Aside() : usual_(c10::cuda::getCurrentCUDAStream()) {
    static const c10::cuda::CUDAStream stream = c10::cuda::getStreamFromPool();
    usual_.synchronize();
    c10::cuda::setCurrentCUDAStream(stream);
  }
  ~Aside() { c10::cuda::setCurrentCUDAStream(usual_); }
  Aside(const Aside&) = delete;

 private:
  c10::cuda::CUDAStream usual_;
};

// Does `work`, whatever becomes of it.
template <typename Work>
void attempt(Work work) {
  try {
    work();
  } catch (const std::exception&) {
  }
}

class CudaGraph : public Graph {
 public:
  void rehearse(const std::function<void()>& work) override {
    const Aside aside;
    try {
      work();
    } catch (...) {
      // Its memory is about to be given to others.
      attempt([] { c10::cuda::getCurrentCUDAStream().synchronize(); });
      throw;
    }
    c10::cuda::getCurrentCUDAStream().synchronize();
  }

  void capture(const std::function<void()>& work) override {
    c10::cuda::CUDACachingAllocator::emptyCache();  // what the rehearsal left is of no use to others, and cannot be freed during a capture
    const Aside aside;
    bool begun = false, ended = false;
    try {
      graph_.capture_begin(pool_->id, cudaStreamCaptureModeThreadLocal);
      begun = true;
      work();
      ended = true;
      graph_.capture_end();
    } catch (...) {
      abandon(begun && !ended);
      throw;
    }
  }

  void launch() override { graph_.replay(); }

 private:
  // A capture that failed may have left the allocators in the midst of it, and its pool is one that LibTorch takes no more.
  void abandon(bool open) {
    if (open) attempt([&] { graph_.capture_end(); });
    latestPool().reset();
    bool closed = false;
    attempt([&] { closed = graph_.pool() == pool_->id; });  // known of what was captured whole, launchable or not: it gives its memory back itself
    if (closed) return;
    const c10::DeviceIndex device = settings().device.index();
    attempt([&] { c10::cuda::CUDACachingAllocator::endAllocateToPool(device, pool_->id); });
    attempt([&] { c10::cuda::CUDACachingAllocator::releasePool(device, pool_->id); });
    attempt([&] { at::getHostAllocator(at::kCUDA)->end_allocate_to_pool(pool_->id); });
    attempt([&] { at::getHostAllocator(at::kCUDA)->release_pool(pool_->id); });
  }

  const std::shared_ptr<Pool> pool_ = sharedPool();  // outlives the graph
  at::cuda::CUDAGraph graph_;
};

}  // namespace

std::unique_ptr<Graph> deviceGraph() { return settings().device.is_cuda() ? std::make_unique<CudaGraph>() : nullptr; }
#else
std::unique_ptr<Graph> deviceGraph() {
  TORCH_CHECK(settings().device.is_cpu(), "this addon was built without CUDA's headers");
  return nullptr;
}
#endif

}  // namespace retort

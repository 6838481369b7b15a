// CUDA graphs, where the addon is built with CUDA's headers beside LibTorch's (CMakeLists.txt looks for them).
#include "capture.h"
#ifdef RETORT_CUDA_GRAPHS
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAStream.h>
#include "command.h"
#endif

namespace retort {
#ifdef RETORT_CUDA_GRAPHS
namespace {

// All graphs of the process take their memory from one pool: they are launched one at a time, and what they give is copied out at once.
auto sharedPool() {
  static const auto pool = at::cuda::graph_pool_handle();
  return pool;
}

// The stream that is captured, since the default one cannot be. While this lives, work goes there; others wait before and after.
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

class CudaGraph : public Graph {
 public:
  void rehearse(const std::function<void()>& work) override {
    const Aside aside;
    work();
    c10::cuda::getCurrentCUDAStream().synchronize();
  }

  void capture(const std::function<void()>& work) override {
    const Aside aside;
    graph_.capture_begin(sharedPool(), cudaStreamCaptureModeThreadLocal);
    try {
      work();
    } catch (...) {
      try { graph_.capture_end(); } catch (const std::exception&) { }  // what was noted so far is void, and says so
      throw;
    }
    graph_.capture_end();
  }

  void launch() override { graph_.replay(); }

 private:
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

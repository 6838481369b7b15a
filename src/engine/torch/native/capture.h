// A program (replay.h) captured as one piece that the device launches by itself: on CUDA, a graph. All that changes from one run to the next
// lies in tensors that stay where they are: inputs are copied into tensors of the capture's own, keys into one tensor of words, and
// results are copied out, so that nothing handed out is overwritten by the next launch.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>
#include "replay.h"

namespace retort {

// What the device itself does.
class Graph {
 public:
  virtual ~Graph() = default;
  // Does `work` where it will be noted, so that libraries make there what they need for it.
  virtual void rehearse(const std::function<void()>& work) = 0;
  // Notes what `work` asks of the device, which does none of it.
  virtual void capture(const std::function<void()>& work) = 0;
  // The device does what was noted.
  virtual void launch() = 0;
};
// Nothing where this addon was built without CUDA's headers, or runs on the CPU.
std::unique_ptr<Graph> deviceGraph();

class Capture {
 public:
  // `program`'s first `inputs` foreign tensors are inputs, the others parameters, which are used where they are. `keys`: where the first of a
  // key's two words lies among the reals. Throws, with the device as it was, if the device cannot capture what the program asks of it.
  Capture(const Program& program, size_t inputs, std::vector<int32_t> keys);
  ~Capture();
  Capture(const Capture&) = delete;

  // Runs it on `program`'s inputs and words of keys; results are in its registers then. The answer says why it could not be, and is
  // empty when all went well.
  std::string launch(const Program& program);

 private:
  struct Result {
    size_t place;
    at::Tensor value;
  };

  void run();
  void freeOwn();
  void fill(const Program& program);

  std::vector<int32_t> integers_;
  std::vector<double> reals_;
  std::vector<int32_t> registers_;
  size_t foreign_, inputs_;
  std::vector<int32_t> keys_;
  at::Tensor words_;
  // Handles of the inputs' tensors.
  std::vector<int32_t> own_;
  std::vector<at::Tensor> constants_;
  std::vector<const void*> parameters_;
  std::vector<Result> results_;
  std::unique_ptr<Graph> graph_;
};

// While a program is captured: which key's words these reals are; below 0 = none's. And one of that key's words, on the device.
int32_t capturedKey(const double* high);
at::Tensor capturedWord(int32_t key, int64_t which);

}  // namespace retort

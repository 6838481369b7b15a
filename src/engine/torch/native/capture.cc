#include "capture.h"
#include <algorithm>
#include <cstring>
#include "command.h"

namespace retort {
namespace {

// Of the program that is being captured.
const double* firstReal = nullptr;
const std::vector<int32_t>* keyPlaces = nullptr;
const at::Tensor* keyWords = nullptr;

struct Capturing {
  Capturing(const double* reals, const std::vector<int32_t>& keys, const at::Tensor& words) {
    firstReal = reals;
    keyPlaces = &keys;
    keyWords = &words;
  }
  ~Capturing() {
    firstReal = nullptr;
    keyPlaces = nullptr;
    keyWords = nullptr;
  }
};

}  // namespace

int32_t capturedKey(const double* high) {
  if (keyPlaces == nullptr) return -1;
  const auto found = std::lower_bound(keyPlaces->begin(), keyPlaces->end(), static_cast<int32_t>(high - firstReal));
  return found != keyPlaces->end() && *found == high - firstReal ? static_cast<int32_t>(found - keyPlaces->begin()) : -1;
}

at::Tensor capturedWord(int32_t key, int64_t which) { return keyWords->select(0, 2 * key + which); }

Capture::Capture(const Program& program, size_t inputs, std::vector<int32_t> keys)
    : integers_(program.integers, program.integers + program.length),
      reals_(program.reals, program.reals + program.realsLength),
      registers_(program.registers, program.registers + program.registersLength),
      foreign_(program.foreign),
      inputs_(inputs),
      keys_(std::move(keys)) {
  TORCH_CHECK(inputs_ <= foreign_ && std::is_sorted(keys_.begin(), keys_.end()), "inputs or keys are out of order");
  // The kernels of cpu/ take a key's words from the host.
  TORCH_CHECK(!settings().ownKernels || !settings().device.is_cpu(), "on the CPU only LibTorch's kernels can be captured");
  words_ = at::zeros({std::max<int64_t>(1, 2 * static_cast<int64_t>(keys_.size()))}, options(at::kInt));
  try {
    for (size_t i = 0; i < inputs_; ++i) registers_[i] = own_.emplace_back(table().add(at::empty_like(table().at(program.registers[i]).value)));
    for (size_t i = inputs_; i < foreign_; ++i) parameters_.push_back(table().at(program.registers[i]).value.data_ptr());
    fill(program);
    graph_ = deviceGraph();
    if (graph_ == nullptr) return;  // the CPU notes nothing
    graph_->rehearse([this] { run(); });  // which puts the constants on the device too
    graph_->capture([this] { run(); });
    // Their memory is the graph's, to be used by other graphs of the pool: it holds these numbers from a launch to the copies made then.
    for (Result& result : results_) result.value = at::from_blob(result.value.data_ptr(), result.value.sizes(), result.value.strides(), result.value.options());
  } catch (...) {
    freeOwn();
    throw;
  }
}

Capture::~Capture() {
  graph_.reset();
  freeOwn();
}

void Capture::freeOwn() {
  for (const int32_t handle : own_) table().remove(handle);
  own_.clear();
}

// Runs the program once. What was made from a parameter or input and kept beside it is made anew, and forgotten again: it belongs to this run.
void Capture::run() {
  const auto forget = [&] {
    for (size_t i = 0; i < foreign_; ++i) table().at(registers_[i]).changed();
  };
  forget();
  const Capturing capturing(reals_.data(), keys_, words_);
  const std::string other = replay({integers_.data(), integers_.size(), reals_.data(), reals_.size(), registers_.data(), registers_.size(), foreign_, &constants_});
  forget();
  TORCH_CHECK(other.empty(), other);
  results_.clear();
  for (size_t i = foreign_; i < registers_.size(); ++i) {
    if (registers_[i] < 0) continue;
    results_.push_back({i, table().at(registers_[i]).value});
    table().remove(registers_[i]);
  }
}

void Capture::fill(const Program& program) {
  for (size_t i = 0; i < inputs_; ++i) table().at(own_[i]).value.copy_(table().at(program.registers[i]).value, /*non_blocking=*/true);
  if (keys_.empty()) return;
  const bool onCpu = settings().device.is_cpu();
  const at::Tensor staged = at::empty(words_.sizes(), at::TensorOptions().dtype(at::kInt).pinned_memory(!onCpu));
  int32_t* word = staged.data_ptr<int32_t>();
  for (const int32_t place : keys_) {
    for (int i = 0; i < 2; ++i) *word++ = static_cast<int32_t>(static_cast<uint32_t>(static_cast<int64_t>(program.reals[place + i])));
  }
  words_.copy_(staged, /*non_blocking=*/true);
}

std::string Capture::launch(const Program& program) {
  TORCH_CHECK(program.foreign == foreign_ && program.registersLength == registers_.size(), "another program's registers");
  for (size_t i = inputs_; i < foreign_; ++i) {
    const at::Tensor& parameter = table().at(program.registers[i]).value;
    if (parameter.data_ptr() != parameters_[i - inputs_]) return "a parameter lies elsewhere than when it was captured";
    registers_[i] = program.registers[i];
  }
  std::fill(program.registers + program.foreign, program.registers + program.registersLength, -1);
  try {
    fill(program);
    if (graph_ != nullptr) graph_->launch();
    else run();  // the same again, on the tensors of the capture
    for (const Result& result : results_) program.registers[result.place] = table().add(result.value.clone());
  } catch (const std::exception& error) {
    for (size_t i = program.foreign; i < program.registersLength; ++i) {
      if (program.registers[i] >= 0) table().remove(program.registers[i]);
      program.registers[i] = -1;
    }
    return error.what();
  }
  if (graph_ == nullptr) results_.clear();
  return "";
}

}  // namespace retort

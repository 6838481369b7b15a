// One call from JavaScript: two arrays shared with it hold the operation, its inputs and attributes, and then its results, so that
// a call makes no N-API object. Layout of the whole numbers (int32), written by command.ts:
//   freed count, freed handles...                        tensors that nobody needs any more
//   operation                                            its place in the list of operations
//   input count, then per input: handle, rank (-1 = as stored), sizes...   the tensor and the shape it is to be seen in
//   attributes...                                        a list is its length and then its entries
// Real numbers (float64) lie in the second array in the order in which they are read. Results:
//   count, then per result: handle, dtype code, contiguous (0 or 1), rank, sizes...
#pragma once
#include <ATen/ATen.h>
#include <cstdint>
#include <string>
#include <vector>
#include "tensor_table.h"

namespace retort {

// The codes of TensorFlow.js's dtypes in the buffers. Floating point is float32 outside, bfloat16 or float32 inside.
enum class Dtype : int32_t { float32 = 0, int32 = 1, boolean = 2 };

at::ScalarType scalarType(int32_t code);

class Command {
 public:
  Command(const int32_t* integers, const double* reals) : integers_(integers), reals_(reals) {}

  int32_t operation() { return *integers_++; }
  void openInputs() { left_ = *integers_++; }
  int32_t inputsLeft() const { return left_; }

  // The next input as it is stored: floating point may be bfloat16.
  at::Tensor stored();
  // The next input with floating point in float32.
  at::Tensor tensor();
  // The next input's slot, for kernels that change it or use what is kept beside it; `peek` leaves it the next.
  Slot& slot();
  // The same, its late rows (late_rows.h) as they were left unless it is wanted in another shape.
  Slot& slotAsLeft();
  Slot& peek() { return table().at(integers_[0]); }
  // All inputs that are left, float32.
  std::vector<at::Tensor> tensors();

  int64_t integer() { return *integers_++; }
  bool flag() { return *integers_++ != 0; }
  at::ScalarType dtype() { return scalarType(*integers_++); }
  std::vector<int64_t> list();
  double real() { return *reals_++; }
  const double* nextReal() const { return reals_; }

  void give(at::Tensor result) { results_.push_back(std::move(result)); }
  void give(at::Tensor result, double squares);
  void give(std::shared_ptr<RowLease> rows, double squares);
  // Hands the results over to the table and writes them where JavaScript reads them.
  void answer(int32_t* out);
  // How many whole numbers that will be.
  size_t answerLength() const;

  // The inputs' dtypes and shapes, for an error's text.
  static std::string described(const int32_t* inputs);

 private:
  const int32_t* integers_;
  const double* reals_;
  int32_t left_ = 0;
  struct Beside {
    double squares = -1;
    std::shared_ptr<RowLease> lease;
  };
  std::vector<at::Tensor> results_;
  std::vector<Beside> beside_;
};

using Operation = void (*)(Command&);

struct OperationEntry {
  const char* name;
  Operation run;
};
std::vector<OperationEntry>& operations();

struct Registration {
  Registration(const char* name, Operation run) { operations().push_back({name, run}); }
};

// OPERATION(Name) { ... } defines one operation; `call` is the Command.
#define OPERATION(Name)                                          \
  static void Name##_(Command& call);                            \
  static const Registration Name##Registration(#Name, Name##_);  \
  static void Name##_(Command& call)

// What holds for the whole process; set from JavaScript before the first tensor.
struct Settings {
  at::Device device = at::kCPU;
  // Activations and matrix products in bfloat16.
  bool half = false;
  // Whether the kernels of cpu/ may serve; without them everything is LibTorch's, as it is on CUDA and on older processors.
  bool ownKernels = true;
  // Whether an operation may look at numbers, which on a device waits for it and cannot be captured. Where it may not, the CPU's and a device's way are one.
  bool looks = true;
};
Settings& settings();

inline at::TensorOptions options(at::ScalarType type) { return at::TensorOptions().dtype(type).device(settings().device); }

// A weight in the precision of products: itself, or its kept bfloat16 copy.
at::Tensor inPrecision(Slot& weight);

inline at::Tensor full(const at::Tensor& x) { return x.scalar_type() == at::kBFloat16 ? x.to(at::kFloat) : x; }

}  // namespace retort

// The table of tensors: JavaScript knows each by a small whole number, its handle. Single-threaded, like the JavaScript that owns it.
#pragma once
#include <ATen/ATen.h>
#include <cstdint>
#include <memory>
#include <vector>
#include "late_rows.h"
#include "row_gradients.h"

namespace retort {

// One tensor and what is kept beside it.
struct Slot {
  at::Tensor value;
  // A bfloat16 copy of a float32 value, made when first asked for and kept until the value changes.
  at::Tensor half;
  // The transpose of a weight as products want it (cpu/gemm.h): made when it has been multiplied by several times unchanged.
  at::Tensor packed;
  int32_t products = 0;
  // Σ value², where the kernel that made the value had it at hand; below 0 = not known.
  double squares = -1;
  // Where the value is an embedding table's gradient: which of its rows were touched. Freed after `value` is.
  std::shared_ptr<RowLease> lease;
  // Of an embedding table and its moments: updates that some rows have yet to take.
  std::shared_ptr<LateRows> late;

  // The value has changed: what was made from it is void.
  void changed() {
    half = packed = at::Tensor();
    products = 0;
    squares = -1;
  }
};

class TensorTable {
 public:
  int32_t add(at::Tensor value);
  // Up to date in every row, and with none that will wait unless AdamW says so anew.
  Slot& at(int32_t handle);
  // For who looks at no number, or at few rows and settles those.
  Slot& asLeft(int32_t handle);
  void remove(int32_t handle);
  size_t count() const { return count_; }

 private:
  std::vector<Slot> slots_;
  std::vector<int32_t> free_;
  size_t count_ = 0;
};

TensorTable& table();

}  // namespace retort

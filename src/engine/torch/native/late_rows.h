// Updates of embedding tables that wait. A step's gradient touches a few hundred rows of a table of tens of thousands, but AdamW moves all
// of them: moments fade and weights follow. Reading and writing a table and its moments is most of a small model's update, so rows
// without a gradient take the steps they missed when somebody looks at them, one after the other as they would have been taken: the
// numbers are the same, bit for bit. Whoever asks for a slot by TensorTable::at finds it up to date.
#pragma once
#include <ATen/ATen.h>
#include <cstdint>
#include <vector>
#include "cpu/rows.h"

namespace retort {

class LateRows {
 public:
  // A table [rows, width] and its moments, of which `paysFor` holds, and which are nobody else's.
  LateRows(at::Tensor value, at::Tensor first, at::Tensor second);
  ~LateRows();
  LateRows(const LateRows&) = delete;
  LateRows& operator=(const LateRows&) = delete;

  // Whether these are the numbers it keeps.
  bool keeps(const at::Tensor& value, const at::Tensor& first, const at::Tensor& second) const;
  // Whether rows can wait (contiguous float32 on the CPU), and so few are touched that the others had better.
  static bool paysFor(const at::Tensor& table, const std::vector<int32_t>& touched);

  // One step: `touched` rows take it at once, with the gradient that `step` points to; the others later.
  void take(const cpu::AdamW& step, const std::vector<int32_t>& touched);
  // Brings these rows up to date; each may occur several times.
  void settle(const int32_t* rows, int64_t count);
  void settle();
  // Settles, and holds the tensors no longer.
  void letGo();

  // Steps that wait, of all tables.
  static int64_t waiting();

 private:
  at::Tensor value_, first_, second_;
  // Steps that some row has yet to take, oldest first, and how many of them each row has taken.
  std::vector<cpu::AdamWRates> steps_;
  std::vector<int32_t> taken_;
};

}  // namespace retort

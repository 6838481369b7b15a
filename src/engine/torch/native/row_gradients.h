// Gradients of embedding tables. A batch touches a few per cent of a table's rows, but the gradient is a whole table: allocating
// and clearing it every step costs more than filling it. So the tables are kept here between steps, clean; a lease cleans the rows it
// touched when its tensor is freed.
#pragma once
#include <ATen/ATen.h>
#include <memory>
#include <vector>

namespace retort {

class RowLease {
 public:
  RowLease(at::Tensor table, std::vector<int32_t> rows) : table_(std::move(table)), rows_(std::move(rows)) {}
  ~RowLease();
  RowLease(const RowLease&) = delete;
  RowLease& operator=(const RowLease&) = delete;

  const at::Tensor& table() const { return table_; }
  // The rows that may differ from zero, each once.
  const std::vector<int32_t>& rows() const { return rows_; }

 private:
  at::Tensor table_;
  std::vector<int32_t> rows_;
};

// A table [rows, width] of zeros in float32 on the CPU, from which `touched` will be cleared again.
std::shared_ptr<RowLease> leaseRows(int64_t rows, int64_t width, std::vector<int32_t> touched);

}  // namespace retort

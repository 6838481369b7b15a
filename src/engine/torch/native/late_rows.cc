#include "late_rows.h"
#include <numeric>

namespace retort {
namespace {

// So many steps may wait. They are all computed in the end; what is saved is reading and writing the table for each, and most of that is saved by then.
constexpr size_t mostSteps = 256;

int64_t waitingSteps = 0;

}  // namespace

LateRows::LateRows(at::Tensor value, at::Tensor first, at::Tensor second)
  : value_(std::move(value)), first_(std::move(first)), second_(std::move(second)), taken_(value_.size(0), 0) {}

LateRows::~LateRows() { waitingSteps -= steps_.size(); }

bool LateRows::keeps(const at::Tensor& value, const at::Tensor& first, const at::Tensor& second) const {
  return value_.is_same(value) && first_.is_same(first) && second_.is_same(second);
}

bool LateRows::paysFor(const at::Tensor& table, const std::vector<int32_t>& touched) {
  return table.dim() == 2 && table.scalar_type() == at::kFloat && table.is_cpu() && table.is_contiguous() && static_cast<int64_t>(4 * touched.size()) <= table.size(0);
}

void LateRows::take(const cpu::AdamW& step, const std::vector<int32_t>& touched) {
  steps_.reserve(mostSteps);
  settle(touched.data(), touched.size());
  cpu::adamWRows(step, value_.size(1), touched.data(), touched.size());
  steps_.push_back(step.rates);
  ++waitingSteps;
  for (const int32_t row : touched) taken_[row] = steps_.size();
  if (steps_.size() >= mostSteps) settle();
}

void LateRows::settle(const int32_t* rows, int64_t count) {
  std::vector<int32_t> late, from;
  const int32_t now = steps_.size();
  for (int64_t i = 0; i < count; ++i) {
    if (taken_[rows[i]] == now) continue;
    late.push_back(rows[i]);
    from.push_back(taken_[rows[i]]);
    taken_[rows[i]] = now;
  }
  cpu::adamWMissed({value_.data_ptr<float>(), first_.data_ptr<float>(), second_.data_ptr<float>(), value_.size(1), late.data(), from.data(), static_cast<int64_t>(late.size()), steps_.data(), now});
}

void LateRows::settle() {
  if (steps_.empty()) return;
  std::vector<int32_t> all(taken_.size());
  std::iota(all.begin(), all.end(), 0);
  settle(all.data(), all.size());
  std::fill(taken_.begin(), taken_.end(), 0);
  waitingSteps -= steps_.size();
  steps_.clear();
}

void LateRows::letGo() {
  settle();
  value_ = first_ = second_ = at::Tensor();
}

int64_t LateRows::waiting() { return waitingSteps; }

}  // namespace retort

#include "tensor_table.h"

namespace retort {

TensorTable& table() {
  static TensorTable* tensors = new TensorTable();  // never destroyed: LibTorch may be gone first when the process ends
  return *tensors;
}

int32_t TensorTable::add(at::Tensor value) {
  ++count_;
  if (free_.empty()) {
    slots_.push_back(Slot{});
    slots_.back().value = std::move(value);
    return static_cast<int32_t>(slots_.size() - 1);
  }
  const int32_t handle = free_.back();
  free_.pop_back();
  slots_[handle].value = std::move(value);
  return handle;
}

Slot& TensorTable::at(int32_t handle) {
  Slot& slot = asLeft(handle);
  if (slot.late) {
    slot.late->settle();
    slot.late = nullptr;  // whoever sees all numbers may go on to share them
  }
  return slot;
}

Slot& TensorTable::asLeft(int32_t handle) {
  TORCH_CHECK(handle >= 0 && static_cast<size_t>(handle) < slots_.size() && slots_[handle].value.defined(), "there is no tensor ", handle);
  return slots_[handle];
}

void TensorTable::remove(int32_t handle) {
  Slot& slot = asLeft(handle);
  if (slot.late) slot.late->letGo();
  slot.value = at::Tensor();
  slot = Slot{};
  free_.push_back(handle);
  --count_;
}

}  // namespace retort

#include "command.h"

namespace retort {

std::vector<OperationEntry>& operations() {
  static auto* list = new std::vector<OperationEntry>();
  return *list;
}

Settings& settings() {
  static auto* all = new Settings();
  return *all;
}

at::ScalarType scalarType(int32_t code) {
  switch (static_cast<Dtype>(code)) {
    case Dtype::float32: return at::kFloat;
    case Dtype::int32: return at::kInt;
    case Dtype::boolean: return at::kBool;
  }
  TORCH_CHECK(false, "there is no dtype ", code);
}

static int32_t codeOf(at::ScalarType type) {
  switch (type) {
    case at::kFloat:
    case at::kBFloat16: return static_cast<int32_t>(Dtype::float32);
    case at::kInt: return static_cast<int32_t>(Dtype::int32);
    case at::kBool: return static_cast<int32_t>(Dtype::boolean);
    default: TORCH_CHECK(false, "a kernel made ", type, ", which TensorFlow.js does not have");
  }
}

at::Tensor inPrecision(Slot& weight) {
  if (!settings().half || weight.value.scalar_type() == at::kBFloat16) return weight.value;
  if (!weight.half.defined()) weight.half = weight.value.to(at::kBFloat16);
  return weight.half;
}

at::Tensor Command::stored() {
  const int32_t handle = integers_[0], rank = integers_[1];
  const at::Tensor& value = table().at(handle).value;
  integers_ += 2;
  --left_;
  if (rank < 0) return value;
  bool same = value.dim() == rank;
  int64_t sizes[16];
  TORCH_CHECK(rank <= 16, "a tensor of rank ", rank);
  for (int32_t axis = 0; axis < rank; ++axis) {
    sizes[axis] = integers_[axis];
    same = same && value.size(axis) == sizes[axis];
  }
  integers_ += rank;
  return same ? value : value.reshape(at::IntArrayRef(sizes, rank));
}

at::Tensor Command::tensor() { return full(stored()); }

Slot& Command::slot() {
  table().at(integers_[0]);
  return slotAsLeft();
}

Slot& Command::slotAsLeft() {
  Slot& found = table().asLeft(integers_[0]);
  const int32_t rank = integers_[1];
  bool same = rank < 0 || found.value.dim() == rank;
  for (int32_t axis = 0; same && axis < rank; ++axis) same = found.value.size(axis) == integers_[2 + axis];
  if (!same) {
    // A tensor that shares these numbers in another shape: the slot takes the shape it is wanted in, which every other user states too.
    table().at(integers_[0]);
    const std::vector<int64_t> wanted(integers_ + 2, integers_ + 2 + rank);
    found.value = found.value.reshape(wanted);
    if (found.half.defined()) found.half = found.half.reshape(wanted);
    found.packed = at::Tensor();
  }
  integers_ += 2 + std::max(rank, 0);
  --left_;
  return found;
}

std::vector<at::Tensor> Command::tensors() {
  std::vector<at::Tensor> all;
  all.reserve(left_);
  while (left_ > 0) all.push_back(tensor());
  return all;
}

std::vector<int64_t> Command::list() {
  const int32_t length = *integers_++;
  std::vector<int64_t> entries(integers_, integers_ + length);
  integers_ += length;
  return entries;
}

void Command::give(at::Tensor result, double squares) {
  results_.push_back(std::move(result));
  beside_.resize(results_.size());
  beside_.back().squares = squares;
}

void Command::give(std::shared_ptr<RowLease> rows, double squares) {
  give(rows->table(), squares);
  beside_.back().lease = std::move(rows);
}

size_t Command::answerLength() const {
  size_t length = 1;
  for (const at::Tensor& result : results_) length += 4 + result.dim();
  return length;
}

void Command::answer(int32_t* out) {
  *out++ = static_cast<int32_t>(results_.size());
  for (size_t i = 0; i < results_.size(); ++i) {
    const at::Tensor& result = results_[i];
    const int32_t dtype = codeOf(result.scalar_type());
    const int32_t handle = table().add(result);
    if (i < beside_.size()) {
      table().at(handle).squares = beside_[i].squares;
      table().at(handle).lease = std::move(beside_[i].lease);
    }
    *out++ = handle;
    *out++ = dtype;
    *out++ = result.is_contiguous() ? 1 : 0;
    *out++ = static_cast<int32_t>(result.dim());
    for (const int64_t size : result.sizes()) *out++ = static_cast<int32_t>(size);
  }
}

std::string Command::described(const int32_t* inputs) {
  std::string text;
  const int32_t count = *inputs++;
  for (int32_t i = 0; i < count; ++i) {
    const at::Tensor& value = table().asLeft(inputs[0]).value;
    const int32_t rank = inputs[1];
    text += (i == 0 ? "" : ", ") + std::string(at::toString(value.scalar_type())) + " [";
    for (int32_t axis = 0; axis < (rank < 0 ? value.dim() : rank); ++axis) {
      text += (axis == 0 ? "" : ", ") + std::to_string(rank < 0 ? value.size(axis) : inputs[2 + axis]);
    }
    text += "]";
    inputs += 2 + std::max(rank, 0);
  }
  return text;
}

}  // namespace retort

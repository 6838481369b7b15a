// Activation, dropout, layer norm and embedding, forward and backward (src/engine/fused).
#include <algorithm>
#include "chosen_rows.h"
#include "dense.h"
#include "dropout.h"
#include "in_order.h"

namespace retort {
namespace {

constexpr cpu::Values none{nullptr, false};

OPERATION(RetortGelu) {
  const at::Tensor x = call.stored().contiguous();
  if (!onRows()) return call.give(at::gelu(x));
  const at::Tensor y = at::empty_like(x);
  cpu::gelu(values(x), values(y), x.numel());
  call.give(y);
}

OPERATION(RetortGeluGradient) {
  const at::Tensor dy = call.stored().contiguous(), x = call.stored().contiguous();
  requireSame(dy, x, "dy and x");
  if (!onRows()) return call.give(at::gelu_backward(dy.to(x.scalar_type()), x));
  const at::Tensor dx = at::empty_like(x);
  cpu::geluGradient(values(dy), values(x), values(dx), x.numel());
  call.give(dx);
}

OPERATION(RetortSilu) {
  const at::Tensor x = call.stored().contiguous();
  if (!onRows()) return call.give(at::silu(x));
  const at::Tensor y = at::empty_like(x);
  cpu::silu(values(x), values(y), x.numel());
  call.give(y);
}

OPERATION(RetortSiluGradient) {
  const at::Tensor dy = call.stored().contiguous(), x = call.stored().contiguous();
  requireSame(dy, x, "dy and x");
  if (!onRows()) return call.give(at::silu_backward(dy.to(x.scalar_type()), x));
  const at::Tensor dx = at::empty_like(x);
  cpu::siluGradient(values(dy), values(x), values(dx), x.numel());
  call.give(dx);
}

// Rows that stand apart are masked one by one; others are one row.
int64_t maskedWidth(const at::Tensor& x, const Mask& mask) { return mask.rowStep == 1 || x.dim() == 0 ? x.numel() : x.size(-1); }

OPERATION(RetortDropout) {
  const at::Tensor x = call.stored().contiguous();
  const Mask mask = readMask(call);
  requireReal(x);
  if (!onRows()) return call.give(dropped(x, mask));
  const at::Tensor y = at::empty_like(x);
  cpu::dropout(values(x), none, values(y), x.numel(), maskedWidth(x, mask), mask);
  call.give(y);
}

OPERATION(RetortResidualDropout) {
  const at::Tensor x = call.stored().contiguous(), residual = call.stored().contiguous();
  const Mask mask = readMask(call);
  requireReal(x);
  requireSame(x, residual, "x and the residual");
  if (!onRows()) return call.give(full(residual).add(full(dropped(x, mask))).to(at::promote_types(x.scalar_type(), residual.scalar_type())));
  const at::Tensor y = at::empty(x.sizes(), options(at::promote_types(x.scalar_type(), residual.scalar_type())));
  cpu::dropout(values(x), values(residual), values(y), x.numel(), maskedWidth(x, mask), mask);
  call.give(y);
}

struct Normed {
  at::Tensor y, z;
};

Normed normed(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& weight, const at::Tensor& bias, double epsilon, const Mask& mask) {
  const int64_t width = x.size(-1);
  requireReal(x);
  if (residual.defined()) requireSame(x, residual, "x and the residual");
  requireVector(weight, width, "a weight");
  requireVector(bias, width, "a bias");
  if (!onRows()) {
    const at::Tensor z = residual.defined() ? asActivation(full(residual).add(full(dropped(x, mask)))) : x;
    return {asActivation(std::get<0>(at::native_layer_norm(full(z), {width}, weight, bias, epsilon))), z};
  }
  const at::Tensor y = at::empty(x.sizes(), options(activationType()));
  const at::Tensor z = residual.defined() ? at::empty(x.sizes(), options(activationType())) : x;
  cpu::layerNorm({values(x), residual.defined() ? values(residual) : none, values(z), values(y), weight.data_ptr<float>(), bias.data_ptr<float>(), x.numel() / width, width, epsilon, mask});
  return {y, z};
}

OPERATION(RetortLayerNorm) {
  const at::Tensor x = call.stored().contiguous(), weight = call.tensor(), bias = call.tensor();
  call.give(normed(x, {}, weight, bias, call.real(), Mask{}).y);
}

// -> y, and the sum that was normed
OPERATION(RetortResidualLayerNorm) {
  const at::Tensor x = call.stored().contiguous(), residual = call.stored().contiguous(), weight = call.tensor(), bias = call.tensor();
  const double epsilon = call.real();
  const Normed made = normed(x, residual, weight, bias, epsilon, readMask(call));
  call.give(made.y);
  call.give(made.z);
}

struct NormGradients {
  at::Tensor dz, dx, dweight, dbias;
};

// dx is dz through the mask, when asked for.
NormGradients normGradients(const at::Tensor& dy, const at::Tensor& z, const at::Tensor& weight, double epsilon, bool withInput, const Mask& mask) {
  const int64_t width = z.size(-1);
  requireSame(dy, z, "dy and what was normed");
  requireVector(weight, width, "a weight");
  if (!onRows()) {
    const at::Tensor wide = full(z);
    const auto [normal, mean, inverse] = at::native_layer_norm(wide, {width}, {}, {}, epsilon);
    const auto [dz, dweight, dbias] = at::native_layer_norm_backward(full(dy), wide, {width}, mean, inverse, weight, weight, {true, true, true});
    const at::Tensor narrow = dz.to(z.scalar_type());
    return {narrow, withInput ? dropped(narrow, mask) : at::Tensor(), dweight, dbias};
  }
  NormGradients made{at::empty_like(z), {}, at::empty({width}, options(at::kFloat)), at::empty({width}, options(at::kFloat))};
  // Without a mask both gradients are the same numbers.
  if (withInput) made.dx = mask.active ? at::empty_like(z) : made.dz;
  const bool separate = withInput && mask.active;
  cpu::layerNormGradient({values(dy), values(z), values(made.dz), separate ? values(made.dx) : none, weight.data_ptr<float>(), made.dweight.data_ptr<float>(), made.dbias.data_ptr<float>(), z.numel() / width, width, epsilon, mask});
  return made;
}

OPERATION(RetortLayerNormGradient) {
  const at::Tensor dy = call.stored().contiguous(), x = call.stored().contiguous(), weight = call.tensor();
  const NormGradients made = normGradients(dy, x, weight, call.real(), false, Mask{});
  call.give(made.dz);
  call.give(made.dweight);
  call.give(made.dbias);
}

// -> gradients of x, residual, weight, bias
OPERATION(RetortResidualLayerNormGradient) {
  const at::Tensor dy = call.stored().contiguous(), z = call.stored().contiguous(), weight = call.tensor();
  const double epsilon = call.real();
  const NormGradients made = normGradients(dy, z, weight, epsilon, true, readMask(call));
  call.give(made.dx);
  call.give(made.dz);
  call.give(made.dweight);
  call.give(made.dbias);
}

// One id may be anything.
void requireIds(const at::Tensor& ids, int64_t rows, int64_t anyway = -1) {
  const int32_t* const id = ids.data_ptr<int32_t>();
  for (int64_t i = 0; i < ids.numel(); ++i) TORCH_CHECK((id[i] >= 0 && id[i] < rows) || (anyway >= 0 && id[i] == anyway), "embedding: id ", id[i], " is outside a table of ", rows, " rows");
}

// An id outside the table is an error where numbers are looked at. Elsewhere its row is no number: then the loss is none either, and the step is not
// taken.
OPERATION(RetortEmbedding) {
  Slot& slot = call.slotAsLeft();
  const at::Tensor rows = full(slot.value), ids = call.stored().contiguous(), flat = ids.reshape({-1});
  auto sizes = ids.sizes().vec();
  sizes.push_back(rows.size(1));
  TORCH_CHECK(ids.scalar_type() == at::kInt, "ids are whole numbers, not ", ids.scalar_type());
  requireReal(rows);
  TORCH_CHECK(rows.size(0) > 0 || ids.numel() == 0, "embedding: a table without rows");
  if (settings().looks) requireIds(ids, rows.size(0));
  if (slot.late) slot.late->settle(ids.data_ptr<int32_t>(), ids.numel());
  call.give(chosenRows(rows, 0, flat).view(sizes));
}

// The rows of the table that ids name, each once, but for `skip`.
std::vector<int32_t> touchedRows(const int32_t* ids, int64_t count, int32_t skip, int64_t rows) {
  std::vector<int32_t> touched(ids, ids + count);
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  touched.erase(std::remove(touched.begin(), touched.end(), skip), touched.end());
  TORCH_CHECK(touched.empty() || (touched.front() >= 0 && touched.back() < rows), "an id is outside a table of ", rows, " rows");
  return touched;
}

OPERATION(RetortEmbeddingGradient) {
  const at::Tensor dy = flatRows(call.stored()).contiguous();
  const at::Tensor ids = call.stored().reshape({-1}).contiguous();
  const int64_t padId = call.integer(), rows = call.integer(), width = dy.size(1);
  TORCH_CHECK(ids.scalar_type() == at::kInt, "ids are whole numbers, not ", ids.scalar_type());
  TORCH_CHECK(dy.size(0) == ids.numel(), dy.size(0), " rows of gradients for ", ids.numel(), " ids");
  requireReal(dy);
  if (onRows()) {
    const int32_t* const id = ids.data_ptr<int32_t>();
    auto lease = leaseRows(rows, width, touchedRows(id, ids.numel(), static_cast<int32_t>(padId), rows));
    float* const sums = lease->table().data_ptr<float>();
    cpu::scatterRows(values(dy), id, ids.numel(), width, static_cast<int32_t>(padId), sums);
    double squares = 0;
    for (const int32_t row : lease->rows()) squares += cpu::sumOfSquares({sums + row * width, false}, width);
    call.give(std::move(lease), squares);
    return;
  }
  TORCH_CHECK(rows > 0 || ids.numel() == 0, "embedding: a table without rows");
  if (settings().looks) requireIds(ids, rows, padId);
  const at::Tensor inside = ids.clamp(0, rows - 1);
  const InOrder inOrder;
  call.give(at::embedding_dense_backward(full(dy).masked_fill(ids.ne(inside).unsqueeze(1), 0), inside, rows, padId, /*scale_grad_by_freq=*/false));
}

}  // namespace
}  // namespace retort

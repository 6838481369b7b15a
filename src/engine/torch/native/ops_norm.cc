// Activation, dropout, layer norm and embedding, forward and backward (src/engine/fused).
#include <ATen/Parallel.h>
#include <algorithm>
#include "dense.h"
#include "dropout.h"

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
    const at::Tensor mean = wide.mean(-1, true), inverse = wide.var(-1, /*unbiased=*/false, true).add(epsilon).rsqrt();
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

OPERATION(RetortEmbedding) {
  Slot& slot = call.slotAsLeft();
  const at::Tensor rows = full(slot.value), ids = call.stored();
  auto sizes = ids.sizes().vec();
  sizes.push_back(rows.size(1));
  if (settings().device.is_cpu()) {
    const at::Tensor whole = ids.contiguous();
    const int32_t* id = whole.data_ptr<int32_t>();
    for (int64_t i = 0; i < whole.numel(); ++i) TORCH_CHECK(id[i] >= 0 && id[i] < rows.size(0), "embedding: id ", id[i], " is outside a table of ", rows.size(0), " rows");
    if (slot.late) slot.late->settle(id, whole.numel());
  }
  call.give(rows.index_select(0, ids.reshape({-1})).view(sizes));
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
  call.give(at::zeros({rows, width}, options(at::kFloat)).index_add_(0, ids.to(at::kLong), full(dy).masked_fill(ids.eq(padId).unsqueeze(1), 0)));
}

}  // namespace

at::Tensor multipliersOf(at::IntArrayRef sizes, const Mask& mask) {
  const int64_t width = sizes.empty() ? 1 : std::max<int64_t>(1, sizes.back()), rows = c10::multiply_integers(sizes) / width;
  if (settings().device.is_cpu() && mask.place < 0) {
    const at::Tensor made = at::empty(sizes, options(at::kFloat));
    float* const multipliers = made.data_ptr<float>();
    at::parallel_for(0, rows, std::max<int64_t>(1, 16384 / width), [&](int64_t from, int64_t to) {
      for (int64_t row = from; row < to; ++row) {
        for (int64_t i = 0; i < width; ++i) multipliers[row * width + i] = bits(mask.key, static_cast<uint32_t>(row * mask.rowStep * width + i)) >= mask.threshold ? mask.scale : 0.0f;
      }
    });
    return made;
  }
  // The same hash by whole-tensor operations on int32: a shift to the right keeps the sign there, so the high bits are masked off.
  const auto shifted = [](const at::Tensor& h, int by) { return h.bitwise_right_shift(by).bitwise_and_((1 << (32 - by)) - 1); };
  const auto mixed = [&](at::Tensor h) {
    h = h.bitwise_xor(shifted(h, 16)).mul_(static_cast<int32_t>(0x7feb352du));
    h = h.bitwise_xor(shifted(h, 15)).mul_(static_cast<int32_t>(0x846ca68bu));
    return h.bitwise_xor(shifted(h, 16));
  };
  const at::Tensor index = at::arange(rows, options(at::kInt)).mul_(mask.rowStep * width).unsqueeze(1).add(at::arange(width, options(at::kInt)));
  const at::Tensor drawn = mask.place < 0
    ? mixed(mixed(index.add(static_cast<int32_t>(mask.key.low))).add(static_cast<int32_t>(mask.key.high)))
    : mixed(mixed(index.add(capturedWord(mask.place, 1))).add(capturedWord(mask.place, 0)));
  // Unsigned comparison by moving both sides down half the range.
  const at::Tensor keep = drawn.bitwise_xor(INT32_MIN).ge(static_cast<int32_t>(mask.threshold ^ 0x80000000u));
  return keep.to(at::kFloat).mul_(mask.scale).reshape(sizes);
}

}  // namespace retort

// What the operations of layers share: tensors as rows, the precision of activations, and the way into the kernels of cpu/.
#pragma once
#include <ATen/ATen.h>
#include "command.h"
#include "cpu/gemm.h"
#include "cpu/rows.h"

namespace retort {

inline at::Tensor flatRows(const at::Tensor& x) { return x.reshape({-1, x.size(-1)}); }

inline at::ScalarType activationType() { return settings().half ? at::kBFloat16 : at::kFloat; }

// In the precision of activations.
inline at::Tensor asActivation(const at::Tensor& x) { return x.to(activationType()); }

inline bool onRows() { return settings().ownKernels && settings().device.is_cpu() && cpu::hasRows(); }

inline bool ownProducts() { return settings().ownKernels && settings().device.is_cpu() && (settings().half ? cpu::hasHalfProducts() : cpu::multipliesSingle()); }

// Whether x [.., in] is one token of each of a few rows, as a step of decoding has them. Its product waits for the weight's numbers or for their packing;
// the packing our kernels keep, and LibTorch's do not.
inline bool isDecodingStep(const at::Tensor& x) {
  constexpr int64_t fewRows = 256;
  return (x.dim() == 2 || x.size(-2) == 1) && x.numel() <= fewRows * x.size(-1);
}

// The same for x [.., in] times a weight.
inline bool ownProductsOf(const at::Tensor& x) { return ownProducts() || (onRows() && !settings().half && isDecodingStep(x)); }

// The kernels of cpu/ read by pointer, so what they are handed is checked here.
inline void requireReal(const at::Tensor& x) { TORCH_CHECK(at::isFloatingType(x.scalar_type()), "float32 numbers are wanted, not ", x.scalar_type()); }

inline void requireSame(const at::Tensor& a, const at::Tensor& b, const char* what) {
  TORCH_CHECK(a.sizes() == b.sizes(), what, " differ in shape: ", a.sizes(), " and ", b.sizes());
}

inline void requireVector(const at::Tensor& x, int64_t size, const char* what) {
  TORCH_CHECK(x.dim() == 1 && x.size(0) == size && size > 0, what, " of shape ", x.sizes(), " for ", size, " numbers");
}

inline cpu::Values values(const at::Tensor& x) {
  requireReal(x);
  return {x.data_ptr(), x.scalar_type() == at::kBFloat16};
}

// A matrix as an operand; copied first when neither its rows nor its columns are contiguous, so `x` must outlive the operand.
inline cpu::Operand operand(at::Tensor& x) {
  requireReal(x);
  if (x.stride(1) != 1 && x.stride(0) != 1) x = x.contiguous();
  return {x.data_ptr(), x.scalar_type() == at::kBFloat16, x.stride(0), x.stride(1)};
}

// What other products packed is given back.
inline void endRun(Slot& weight) {
  weight.packed = at::Tensor();
  weight.products = 0;
}

// `weight` [out, in] transposed and packed, if it pays. In bfloat16 from its third product on. In float32, where packing turns numbers but makes none
// smaller, for a long run of steps of decoding, as a few short texts do not make; any other product ends the run. Null where it does not pay.
inline const uint32_t* keptPacking(Slot& weight, bool decodes) {
  if (!settings().half && !decodes) {
    endRun(weight);
    return nullptr;
  }
  if (!weight.packed.defined()) {
    if (++weight.products < (settings().half ? 3 : 32)) return nullptr;
    at::Tensor columns = weight.value.t();
    const cpu::Operand b = operand(columns);
    const int64_t k = columns.size(0), n = columns.size(1);
    weight.packed = at::empty({(settings().half ? cpu::packedWordsHalf : cpu::packedWordsSingle)(k, n)}, options(at::kInt));
    (settings().half ? cpu::packHalf : cpu::packSingle)(b, k, n, static_cast<uint32_t*>(weight.packed.data_ptr()));
  }
  return static_cast<const uint32_t*>(weight.packed.data_ptr());
}

inline void multiply(const cpu::Product& product) {
  if (settings().half) cpu::multiplyHalf(product);
  else cpu::multiplySingle(product);
}

// [m, k] times [k, n] into a fresh [m, n] in the precision of activations, by the kernels of cpu/. `finish` adds to the product.
template <typename Finish>
at::Tensor multiplied(at::Tensor a, at::Tensor b, Finish finish) {
  TORCH_CHECK(a.size(1) == b.size(0), "mat1 and mat2 shapes cannot be multiplied (", a.size(0), "x", a.size(1), " and ", b.size(0), "x", b.size(1), ")");
  TORCH_CHECK(a.size(1) > 0, "a product over no numbers");
  const cpu::Operand left = operand(a), right = operand(b);
  const at::Tensor c = at::empty({a.size(0), b.size(1)}, options(activationType()));
  cpu::Product product{a.size(0), b.size(1), a.size(1), left, right, c.data_ptr(), settings().half, c.size(1)};
  finish(product);
  multiply(product);
  return c;
}

inline at::Tensor multiplied(at::Tensor a, at::Tensor b) {
  return multiplied(std::move(a), std::move(b), [](cpu::Product&) {});
}

}  // namespace retort

// Scaled dot-product attention (src/engine/fused/attention.ts). What the forward pass leaves for the backward one is the
// log-sum-exp of every row of scores where heads are computed one by one in the cache, nothing where LibTorch's fused kernels
// (FlashAttention on the CPU, memory-efficient attention on CUDA) give the gradient, the probabilities elsewhere.
#include <ATen/SDPBackend.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include "dense.h"
#include "dropout.h"
#include "in_order.h"

namespace retort {
namespace {

bool headByHead() { return onRows() && (!settings().half || cpu::hasHalfProducts()); }

at::Tensor innermostContiguous(const at::Tensor& x) { return x.stride(-1) == 1 || x.size(-1) == 1 ? x : x.contiguous(); }

// x [B, A, T, D]
cpu::Heads heads(const at::Tensor& x) {
  requireReal(x);
  return {x.data_ptr(), x.scalar_type() == at::kBFloat16, x.stride(0), x.stride(1), x.stride(2)};
}

// A fresh [B, A, T, D] that lies in memory as [B, T, A, D], so that joining the heads moves nothing.
at::Tensor freshHeads(const at::Tensor& like) {
  return at::empty({like.size(0), like.size(2), like.size(1), like.size(3)}, options(activationType())).permute({0, 2, 1, 3});
}

// Query, key, value and bias as the kernels of cpu/ take them; the tensors it points into are kept with it.
struct Prepared {
  at::Tensor query, key, value, bias;
  cpu::Attention attention;
};

Prepared prepared(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, const at::Tensor& bias, double scale, const Mask& mask, float* logSums) {
  Prepared made{innermostContiguous(query), innermostContiguous(key), innermostContiguous(value), {}, {}};
  const int64_t batch = query.size(0), count = query.size(1), length = query.size(2), depth = query.size(3), keys = key.dim() == 4 ? key.size(2) : 0;
  TORCH_CHECK(key.sizes() == at::IntArrayRef({batch, count, keys, depth}) && keys > 0 && value.sizes() == key.sizes(), "query, key and value differ in shape");
  made.bias = innermostContiguous(bias.expand({batch, count, length, keys}));
  const auto& b = made.bias;
  made.attention = {heads(made.query), heads(made.key), heads(made.value), {}, b.data_ptr<float>(), b.stride(0), b.stride(1), b.stride(2), logSums, batch, count, length, depth, keys, scale, mask, settings().half};
  return made;
}

// Query, key and value in the precision of activations, and attention without dropout by LibTorch's fused kernels.
struct Fused {
  at::Tensor query, key, value, bias;
  double scale;

  at::Tensor added() const { return bias.to(query.scalar_type()); }

  at::Tensor context() const { return at::scaled_dot_product_attention(query, key, value, added(), 0.0, false, scale); }

  // The same, of which LibTorch's autograd can be asked for gradients.
  Fused recorded() const { return {query.detach().requires_grad_(), key.detach().requires_grad_(), value.detach().requires_grad_(), bias, scale}; }

  // Whether it has kernels for these shapes that give the gradient, too, without the scores, and in one order.
  bool hasGradient() const {
    const InOrder inOrder(/*strictly=*/true);
    const Fused leaves = recorded();
    const int64_t backend = at::_fused_sdp_choice(leaves.query, leaves.key, leaves.value, added(), 0.0, false, scale);
    return backend == static_cast<int64_t>(at::SDPBackend::flash_attention) || backend == static_cast<int64_t>(at::SDPBackend::efficient_attention);
  }

  // Gradients of query, key and value. The context is computed once more, so that nothing of it is kept between the two passes.
  std::vector<at::Tensor> gradients(const at::Tensor& dcontext) const {
    const InOrder inOrder(/*strictly=*/true);
    const c10::impl::LocalDispatchKeySet keys = c10::impl::tls_local_dispatch_key_set();
    const c10::impl::ForceDispatchKeyGuard withAutograd(keys.included_, keys.excluded_ - c10::autograd_dispatch_keyset_with_ADInplaceOrView);  // operations run without it
    const c10::AutoGradMode recording(true);
    const Fused leaves = recorded();
    return torch::autograd::grad({leaves.context()}, {leaves.query, leaves.key, leaves.value}, {dcontext});
  }
};

Fused fused(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, const at::Tensor& bias, double scale) {
  return {asActivation(query), asActivation(key), asActivation(value), bias, scale};
}

// Attributes: scale, dropout, and whether a gradient will be asked for. -> context, and what the gradient wants back
OPERATION(RetortAttention) {
  const at::Tensor query = call.stored(), key = call.stored(), value = call.stored(), bias = call.tensor();
  const double scale = call.real();
  const Mask mask = readMask(call);
  const bool withGradient = call.flag();
  TORCH_CHECK(query.dim() == 4, "heads of shape [B, A, T, D] are wanted, not ", query.sizes());
  if (headByHead()) {
    const at::Tensor context = freshHeads(query);
    const at::Tensor logSums = at::empty({query.size(0), query.size(1), query.size(2)}, options(at::kFloat));
    Prepared made = prepared(query, key, value, bias, scale, mask, logSums.data_ptr<float>());
    made.attention.context = heads(context);
    cpu::attention(made.attention);
    call.give(context);
    call.give(logSums);
    return;
  }
  const Fused plain = fused(query, key, value, bias, scale);
  if (!mask.active && (!withGradient || plain.hasGradient())) {
    call.give(plain.context());
    call.give(at::empty({0}, options(at::kFloat)));
    return;
  }
  const at::Tensor probabilities = at::softmax(full(at::matmul(plain.query, plain.key.transpose(-2, -1))).mul(scale).add(bias), -1);
  call.give(at::matmul(asActivation(dropped(probabilities, mask)), plain.value));
  call.give(probabilities);
}

// (dy, query, key, value, bias, what the forward pass left) -> gradients of query, key and value
OPERATION(RetortAttentionGradient) {
  const at::Tensor dy = call.stored(), query = call.stored(), key = call.stored(), value = call.stored(), bias = call.tensor(), left = call.stored();
  const double scale = call.real();
  const Mask mask = readMask(call);
  TORCH_CHECK(query.dim() == 4, "heads of shape [B, A, T, D] are wanted, not ", query.sizes());
  if (left.dim() == 3) {
    requireSame(dy, query, "dy and the query");
    TORCH_CHECK(left.sizes() == query.sizes().slice(0, 3), "row sums of shape ", left.sizes(), " for heads of shape ", query.sizes());
    const at::Tensor dcontext = innermostContiguous(dy);
    const at::Tensor dquery = freshHeads(query), dkey = freshHeads(key), dvalue = freshHeads(value);
    const Prepared made = prepared(query, key, value, bias, scale, mask, left.data_ptr<float>());
    cpu::attentionGradient({made.attention, heads(dcontext), heads(dquery), heads(dkey), heads(dvalue)});
    for (const at::Tensor& gradient : {dquery, dkey, dvalue}) call.give(gradient);
    return;
  }
  const Fused plain = fused(query, key, value, bias, scale);
  const at::Tensor dcontext = asActivation(dy);
  requireReal(left);
  if (left.dim() == 1 && left.numel() == 0) {
    requireSame(dy, query, "dy and the query");
    for (const at::Tensor& gradient : plain.gradients(dcontext)) call.give(gradient);
    return;
  }
  const at::Tensor probabilities = full(left);
  const at::Tensor dvalue = at::matmul(asActivation(dropped(probabilities, mask)).transpose(-2, -1), dcontext);
  const at::Tensor weighted = dropped(full(at::matmul(dcontext, plain.value.transpose(-2, -1))), mask).mul(probabilities);
  const at::Tensor dscores = asActivation(weighted.sub(probabilities.mul(weighted.sum(-1, true))).mul(scale));
  call.give(at::matmul(dscores, plain.key));
  call.give(at::matmul(dscores.transpose(-2, -1), plain.query));
  call.give(dvalue);
}

}  // namespace
}  // namespace retort

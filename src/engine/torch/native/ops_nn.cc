// The fused set: what the layers of a transformer call, forward and backward. On the CPU the element-wise ones are loops of
// ours (cpu/); elsewhere each is a few calls of LibTorch. Names, inputs and attributes: src/engine/fused.
#include <ATen/Parallel.h>
#include "command.h"
#include "random.h"

namespace retort {
namespace {

at::Tensor flatRows(const at::Tensor& x) { return x.reshape({-1, x.size(-1)}); }

at::Tensor halved(const at::Tensor& x) { return settings().half ? x.to(at::kBFloat16) : full(x); }

OPERATION(RetortLinear) {
  const at::Tensor x = halved(call.stored());
  const at::Tensor weight = call.weight(settings().half);
  const at::Tensor bias = call.inputsLeft() > 0 ? call.weight(settings().half) : at::Tensor();
  call.give(at::linear(x, weight, bias));
}

// (dy [..., out], weight [out, in]) -> [..., in]
OPERATION(RetortLinearInputGradient) {
  const at::Tensor dy = halved(call.stored());
  const at::Tensor weight = call.weight(settings().half);
  call.give(at::matmul(dy, weight));
}

// (dy [..., out], x [..., in]) -> [out, in]
OPERATION(RetortLinearWeightGradient) {
  const at::Tensor dy = halved(call.stored()), x = halved(call.stored());
  call.give(at::mm(flatRows(dy).t(), flatRows(x)));
}

// dy [..., out] -> [out]
OPERATION(RetortLinearBiasGradient) {
  const at::Tensor dy = call.stored();
  call.give(at::sum(flatRows(dy), {0}, false, at::kFloat));
}

OPERATION(RetortGelu) { call.give(at::gelu(call.stored())); }

OPERATION(RetortGeluGradient) {
  const at::Tensor dy = call.stored(), x = call.stored();
  call.give(at::gelu_backward(dy.to(x.scalar_type()), x));
}

OPERATION(RetortDropout) {
  const at::Tensor x = call.stored();
  call.give(x.mul(dropoutMultipliers(x.sizes(), Dropout::read(call)).to(x.scalar_type())));
}

OPERATION(RetortResidualDropout) {
  const at::Tensor x = call.stored(), residual = call.stored();
  const at::Tensor kept = x.mul(dropoutMultipliers(x.sizes(), Dropout::read(call)).to(x.scalar_type()));
  call.give(residual.scalar_type() == kept.scalar_type() ? residual.add(kept) : full(residual).add(full(kept)));
}

OPERATION(RetortLayerNorm) {
  const at::Tensor x = call.stored(), weight = call.tensor(), bias = call.tensor();
  const at::Tensor y = std::get<0>(at::native_layer_norm(full(x), {x.size(-1)}, weight, bias, call.real()));
  call.give(halved(y));
}

OPERATION(RetortLayerNormGradient) {
  const at::Tensor dy = call.tensor(), x = call.stored(), weight = call.tensor();
  const at::Tensor wide = full(x);
  const auto [mean, deviation] = std::tuple(wide.mean(-1, true), wide.var(-1, /*unbiased=*/false, true).add(call.real()).rsqrt());
  const auto [dx, dweight, dbias] = at::native_layer_norm_backward(dy, wide, {x.size(-1)}, mean, deviation, weight, weight, {true, true, true});
  call.give(dx.to(x.scalar_type()));
  call.give(dweight);
  call.give(dbias);
}

OPERATION(RetortEmbedding) {
  const at::Tensor rows = call.tensor(), ids = call.stored();
  call.give(rows.index_select(0, ids.reshape({-1})).reshape([&] {
    auto sizes = ids.sizes().vec();
    sizes.push_back(rows.size(1));
    return sizes;
  }()));
}

OPERATION(RetortEmbeddingGradient) {
  const at::Tensor dy = flatRows(call.tensor());
  const at::Tensor ids = call.stored().reshape({-1});
  const int64_t padId = call.integer(), rows = call.integer();
  const at::Tensor kept = dy.masked_fill(ids.eq(padId).unsqueeze(1), 0);
  call.give(at::zeros({rows, dy.size(1)}, dy.options()).index_add_(0, ids.to(at::kLong), kept));
}

// -> context, probabilities before dropout
OPERATION(RetortAttention) {
  const at::Tensor query = halved(call.stored()), key = halved(call.stored()), value = halved(call.stored()), bias = call.tensor();
  const double scale = call.real();
  const Dropout dropout = Dropout::read(call);
  const at::Tensor scores = full(at::matmul(query, key.transpose(-2, -1))).mul(scale).add(bias);
  const at::Tensor probabilities = at::softmax(scores, -1);
  const at::Tensor kept = dropout.active() ? probabilities.mul(dropoutMultipliers(probabilities.sizes(), dropout)) : probabilities;
  call.give(at::matmul(kept.to(value.scalar_type()), value));
  call.give(probabilities);
}

OPERATION(RetortAttentionGradient) {
  const at::Tensor dy = halved(call.stored()), query = halved(call.stored()), key = halved(call.stored()), value = halved(call.stored());
  const at::Tensor probabilities = call.tensor();
  const double scale = call.real();
  const Dropout dropout = Dropout::read(call);
  const at::Tensor multipliers = dropout.active() ? dropoutMultipliers(probabilities.sizes(), dropout) : at::Tensor();
  const auto kept = [&](const at::Tensor& x) { return dropout.active() ? x.mul(multipliers) : x; };
  const at::Tensor dvalue = at::matmul(kept(probabilities).to(dy.scalar_type()).transpose(-2, -1), dy);
  const at::Tensor dprobabilities = kept(full(at::matmul(dy, value.transpose(-2, -1))));
  const at::Tensor weighted = dprobabilities.mul(probabilities);
  const at::Tensor dscores = weighted.sub(probabilities.mul(weighted.sum(-1, true))).mul(scale).to(dy.scalar_type());
  call.give(at::matmul(dscores, key));
  call.give(at::matmul(dscores.transpose(-2, -1), query));
  call.give(dvalue);
}

OPERATION(RetortSoftmaxCrossEntropy) {
  const at::Tensor logits = call.tensor(), targets = call.tensor();
  call.give(at::log_softmax(logits, -1).mul_(targets).sum(-1).neg_());
}

OPERATION(RetortSoftmaxDivergence) {
  const at::Tensor student = call.tensor(), teacher = call.tensor();
  const double temperature = call.real();
  const at::Tensor logTeacher = at::log_softmax(teacher.div(temperature), -1);
  const at::Tensor logStudent = at::log_softmax(student.div(temperature), -1);
  call.give(logTeacher.exp().mul_(logTeacher.sub(logStudent)).sum(-1));
}

}  // namespace

at::Tensor dropoutMultipliers(at::IntArrayRef sizes, const Dropout& dropout) {
  if (settings().device.is_cpu()) {
    const at::Tensor made = at::empty(sizes, options(at::kFloat));
    float* values = made.data_ptr<float>();
    const uint32_t threshold = dropout.threshold();
    const float scale = dropout.scale();
    at::parallel_for(0, made.numel(), 16384, [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; ++i) values[i] = bits(dropout.key, static_cast<uint32_t>(i)) >= threshold ? scale : 0.0f;
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
  const at::Tensor index = at::arange(c10::multiply_integers(sizes), options(at::kInt));
  const at::Tensor drawn = mixed(mixed(index.add(static_cast<int32_t>(dropout.key.low))).add(static_cast<int32_t>(dropout.key.high)));
  // Unsigned comparison by moving both sides down half the range.
  const int32_t flip = INT32_MIN;
  const at::Tensor keep = drawn.bitwise_xor(flip).ge(static_cast<int32_t>(dropout.threshold() ^ 0x80000000u));
  return keep.to(at::kFloat).mul_(dropout.scale()).reshape(sizes);
}

}  // namespace retort

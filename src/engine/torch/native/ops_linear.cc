// Linear layers and the feed-forward block, forward and backward (src/engine/fused/linear.ts, feed-forward.ts).
#include "dense.h"

namespace retort {
namespace {

// `sizes` but for the last axis, which becomes `width`.
std::vector<int64_t> withWidth(at::IntArrayRef sizes, int64_t width) {
  auto made = sizes.vec();
  made.back() = width;
  return made;
}

// A bias for the `size` columns of a product; none where there is none.
const float* floats(const at::Tensor& bias, int64_t size) {
  if (!bias.defined()) return nullptr;
  requireVector(bias, size, "a bias");
  return bias.data_ptr<float>();
}

// x [N, in] weight [out, in] -> [N, out]
at::Tensor forward(const at::Tensor& x, Slot& weight, const at::Tensor& bias, bool decodes) {
  return multiplied(x, weight.value.t(), [&](cpu::Product& product) {
    product.bias = floats(bias, product.n);
    product.packedB = keptPacking(weight, decodes);
  });
}

at::Tensor inputGradient(const at::Tensor& dy, const at::Tensor& weight) { return multiplied(dy, weight); }

// dy [N, out], x [N, in] -> [out, in], with Σ of its squares for the gradient norm.
void giveWeightGradient(Command& call, const at::Tensor& dy, const at::Tensor& x) {
  double squares = 0;
  const at::Tensor gradient = multiplied(dy.t(), x, [&](cpu::Product& product) { product.squares = &squares; });
  call.give(gradient, squares);
}

// x [N, W] -> [W], float32
at::Tensor columnSums(const at::Tensor& x) {
  if (!onRows()) return at::sum(x, {0}, false, at::kFloat);
  const at::Tensor whole = x.contiguous(), sums = at::empty({x.size(1)}, options(at::kFloat));
  cpu::columnSums(values(whole), sums.data_ptr<float>(), x.size(0), x.size(1));
  return sums;
}

OPERATION(RetortLinear) {
  const at::Tensor x = call.stored();
  Slot& weight = call.slot();
  Slot* const bias = call.inputsLeft() > 0 ? &call.slot() : nullptr;
  if (ownProductsOf(x)) {
    const at::Tensor y = forward(flatRows(x), weight, bias == nullptr ? at::Tensor() : bias->value, isDecodingStep(x));
    call.give(y.view(withWidth(x.sizes(), weight.value.size(0))));
    return;
  }
  endRun(weight);
  call.give(at::linear(asActivation(x), inPrecision(weight), bias == nullptr ? at::Tensor() : inPrecision(*bias)));
}

OPERATION(RetortLinearInputGradient) {
  const at::Tensor dy = call.stored();
  Slot& weight = call.slot();
  if (ownProducts()) call.give(inputGradient(flatRows(dy), weight.value).view(withWidth(dy.sizes(), weight.value.size(1))));
  else call.give(at::matmul(asActivation(dy), inPrecision(weight)));
}

OPERATION(RetortLinearWeightGradient) {
  const at::Tensor dy = flatRows(call.stored()), x = flatRows(call.stored());
  if (ownProducts()) giveWeightGradient(call, dy, x);
  else call.give(at::mm(asActivation(dy).t(), asActivation(x)));
}

OPERATION(RetortLinearBiasGradient) { call.give(columnSums(flatRows(call.stored()))); }

// Attribute: whether a gradient will be asked for. -> y, the expansion before its GELU, and after it; where none will, the last two are empty
OPERATION(RetortFeedForward) {
  const at::Tensor x = call.stored();
  Slot& expansion = call.slot();
  Slot& expansionBias = call.slot();
  Slot& contraction = call.slot();
  Slot& contractionBias = call.slot();
  const bool withGradient = call.flag();
  const auto giveExpansion = [&](const at::Tensor& given) { call.give(withGradient ? given.view(withWidth(x.sizes(), given.size(-1))) : at::empty({0}, options(activationType()))); };
  if (ownProductsOf(x)) {
    at::Tensor before;
    const at::Tensor hidden = multiplied(flatRows(x), expansion.value.t(), [&](cpu::Product& product) {
      if (withGradient) before = at::empty({product.m, product.n}, options(activationType()));
      product.bias = floats(expansionBias.value, product.n);
      product.packedB = keptPacking(expansion, isDecodingStep(x));
      product.gelu = true;
      product.before = withGradient ? before.data_ptr() : nullptr;
    });
    call.give(forward(hidden, contraction, contractionBias.value, isDecodingStep(x)).view(withWidth(x.sizes(), contraction.value.size(0))));
    giveExpansion(before);
    giveExpansion(hidden);
    return;
  }
  endRun(expansion);
  endRun(contraction);
  at::Tensor before = at::linear(asActivation(x), inPrecision(expansion), inPrecision(expansionBias));
  const at::Tensor hidden = withGradient ? at::gelu(before) : at::gelu_(before);
  call.give(at::linear(hidden, inPrecision(contraction), inPrecision(contractionBias)));
  giveExpansion(before);
  giveExpansion(hidden);
}

// (dy, x, both weights, what the forward pass left) -> gradients of x, expansion weight and bias, contraction weight and bias
OPERATION(RetortFeedForwardGradient) {
  const at::Tensor dyAsGiven = call.stored(), xAsGiven = call.stored();
  Slot& expansion = call.slot();
  Slot& contraction = call.slot();
  const at::Tensor before = flatRows(call.stored()), hidden = flatRows(call.stored());
  const at::Tensor dy = flatRows(dyAsGiven), x = flatRows(xAsGiven);
  for (const at::Tensor& given : {dy, x, before, hidden}) requireReal(given);
  requireSame(dy, x, "dy and x");
  requireSame(before, hidden, "the expansion before and after its activation");
  TORCH_CHECK(before.size(0) == dy.size(0) && before.size(1) == contraction.value.size(-1), "an expansion of shape ", before.sizes(), " for ", dy.size(0), " rows");
  if (ownProducts()) {
    const at::Tensor gate = asActivation(before).contiguous();
    const at::Tensor dbefore = multiplied(dy, contraction.value, [&](cpu::Product& product) { product.gate = gate.data_ptr(); });
    call.give(inputGradient(dbefore, expansion.value).view(dyAsGiven.sizes()));
    giveWeightGradient(call, dbefore, x);
    call.give(columnSums(dbefore));
    giveWeightGradient(call, dy, hidden);
    call.give(columnSums(dy));
    return;
  }
  const at::Tensor dyHere = asActivation(dy), xHere = asActivation(x);
  const at::Tensor dbefore = at::gelu_backward(at::mm(dyHere, inPrecision(contraction)), before);
  call.give(at::mm(dbefore, inPrecision(expansion)).reshape(dyAsGiven.sizes()));
  call.give(at::mm(dbefore.t(), xHere));
  call.give(columnSums(dbefore));
  call.give(at::mm(dyHere.t(), hidden));
  call.give(columnSums(dyHere));
}

}  // namespace
}  // namespace retort

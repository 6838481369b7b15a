// Element-wise arithmetic, reductions and matrix products: each a few calls of LibTorch, in float32 (int32, bool) throughout.
#include "command.h"

namespace retort {
namespace {

// Booleans count as whole numbers.
at::Tensor counted(const at::Tensor& x) { return x.scalar_type() == at::kBool ? x.to(at::kInt) : x; }

at::Tensor backTo(const at::Tensor& result, at::ScalarType type) { return result.scalar_type() == type ? result : result.to(type); }

// NAME(a, b) = expression, broadcast; the result has the operands' common type.
#define BINARY(Name, expression)                                                  \
  OPERATION(Name) {                                                               \
    const at::Tensor a = counted(call.tensor()), b = counted(call.tensor());      \
    call.give(backTo(expression, at::result_type(a, b)));                         \
  }
BINARY(Sub, a.sub(b))
BINARY(Multiply, a.mul(b))
BINARY(RealDiv, a.div(b))
BINARY(FloorDiv, at::div(a, b, "floor"))
BINARY(Mod, at::remainder(a, b))
BINARY(Pow, at::pow(a, b))
BINARY(Maximum, at::maximum(a, b))
BINARY(Minimum, at::minimum(a, b))
BINARY(SquaredDifference, a.sub(b).square())
BINARY(Atan2, at::atan2(a, b))
BINARY(Prelu, at::where(a.ge(0), a, a.mul(b)))
BINARY(EluGrad, at::where(b.ge(0), a, a.mul(b.add(1))))

// The one sum that stays in bfloat16 when both sides are: a residual connection.
OPERATION(Add) {
  const at::Tensor a = counted(call.stored()), b = counted(call.stored());
  call.give(a.scalar_type() == b.scalar_type() ? a.add(b) : full(a).add(full(b)));
}

OPERATION(AddN) {
  auto all = call.tensors();
  at::Tensor sum = counted(all.at(0)).clone();
  for (size_t i = 1; i < all.size(); ++i) sum.add_(all[i]);
  call.give(sum);
}

#define COMPARISON(Name, expression)                    \
  OPERATION(Name) {                                     \
    const at::Tensor a = call.tensor(), b = call.tensor(); \
    call.give(expression);                              \
  }
COMPARISON(Equal, a.eq(b))
COMPARISON(NotEqual, a.ne(b))
COMPARISON(Greater, a.gt(b))
COMPARISON(GreaterEqual, a.ge(b))
COMPARISON(Less, a.lt(b))
COMPARISON(LessEqual, a.le(b))
COMPARISON(LogicalAnd, a.logical_and(b))
COMPARISON(LogicalOr, a.logical_or(b))

#define UNARY(Name, expression)                  \
  OPERATION(Name) {                              \
    const at::Tensor x = counted(call.tensor()); \
    call.give(expression);                       \
  }
UNARY(Abs, x.abs())
UNARY(Acos, x.acos())
UNARY(Acosh, x.acosh())
UNARY(Asin, x.asin())
UNARY(Asinh, x.asinh())
UNARY(Atan, x.atan())
UNARY(Atanh, x.atanh())
UNARY(Ceil, x.ceil())
UNARY(Cos, x.cos())
UNARY(Cosh, x.cosh())
UNARY(Elu, at::elu(x))
UNARY(Erf, x.erf())
UNARY(Exp, x.exp())
UNARY(Expm1, x.expm1())
UNARY(Floor, x.floor())
UNARY(IsFinite, x.isfinite())
UNARY(IsInf, x.isinf())
UNARY(IsNan, x.isnan())
UNARY(Log, x.log())
UNARY(Log1p, x.log1p())
UNARY(LogicalNot, x.logical_not())
UNARY(Neg, x.neg())
UNARY(Reciprocal, x.reciprocal())
UNARY(Relu, at::relu(x))
UNARY(Relu6, x.clamp(0, 6))
UNARY(Round, x.round())
UNARY(Rsqrt, x.rsqrt())
UNARY(Selu, at::selu(x))
UNARY(Sigmoid, x.sigmoid())
UNARY(Sign, at::where(x.isnan(), at::zeros({}, x.options()), x.sign()))
UNARY(Sin, x.sin())
UNARY(Sinh, x.sinh())
UNARY(Softplus, at::where(x.gt(0), x, at::zeros({}, x.options())).add(x.abs().neg().exp().log1p()))
UNARY(Sqrt, x.sqrt())
UNARY(Square, x.square())
UNARY(Tan, x.tan())
UNARY(Tanh, x.tanh())
UNARY(LeakyRelu, at::where(x.gt(0), x.to(at::kFloat), x.to(at::kFloat).mul(call.real())))

OPERATION(Step) {
  const at::Tensor x = call.tensor();
  const at::Tensor steps = at::where(x.gt(0), at::ones({}, options(at::kFloat)), at::full({}, call.real(), options(at::kFloat)));
  call.give(at::where(x.isnan(), at::full({}, NAN, options(at::kFloat)), steps).to(x.scalar_type() == at::kBool ? at::kFloat : x.scalar_type()));
}

OPERATION(ClipByValue) {
  const at::Tensor x = call.tensor();
  const double low = call.real(), high = call.real();
  call.give(backTo(x.clamp(low, high), x.scalar_type()));
}

// Reductions: the axes, then whether they stay with size 1. An empty list of axes reduces nothing.
struct Reduction {
  at::Tensor x;
  std::vector<int64_t> axes;
  bool keep;
};

Reduction reduction(Command& call) {
  Reduction asked{call.tensor(), call.list(), false};
  asked.keep = call.flag();
  return asked;
}

// For those that LibTorch reduces over one axis a call.
template <typename Reduce>
at::Tensor axisByAxis(const Reduction& asked, Reduce reduce) {
  auto axes = asked.axes;
  std::sort(axes.rbegin(), axes.rend());
  at::Tensor x = asked.x;
  for (const int64_t axis : axes) x = reduce(x, axis, asked.keep);
  return x;
}

OPERATION(Sum) {
  const Reduction asked = reduction(call);
  const at::ScalarType type = asked.x.scalar_type() == at::kBool ? at::kInt : asked.x.scalar_type();
  call.give(asked.axes.empty() ? asked.x.to(type) : at::sum(asked.x, asked.axes, asked.keep, type));
}

OPERATION(Mean) {
  const Reduction asked = reduction(call);
  const at::Tensor x = asked.x.to(at::kFloat);
  call.give(asked.axes.empty() ? x : at::mean(x, asked.axes, asked.keep));
}

OPERATION(Max) {
  const Reduction asked = reduction(call);
  call.give(asked.axes.empty() ? asked.x : at::amax(asked.x, asked.axes, asked.keep));
}

OPERATION(Min) {
  const Reduction asked = reduction(call);
  call.give(asked.axes.empty() ? asked.x : at::amin(asked.x, asked.axes, asked.keep));
}

OPERATION(Prod) {
  Reduction asked = reduction(call);
  asked.x = counted(asked.x);
  const at::ScalarType type = asked.x.scalar_type();
  call.give(axisByAxis(asked, [type](const at::Tensor& x, int64_t axis, bool keep) { return at::prod(x, axis, keep, type); }));
}

OPERATION(All) {
  call.give(axisByAxis(reduction(call), [](const at::Tensor& x, int64_t axis, bool keep) { return at::all(x, axis, keep).to(at::kBool); }));
}

OPERATION(Any) {
  call.give(axisByAxis(reduction(call), [](const at::Tensor& x, int64_t axis, bool keep) { return at::any(x, axis, keep).to(at::kBool); }));
}

// NaN never wins, as in the other engines.
OPERATION(ArgMax) {
  const at::Tensor x = call.tensor().to(at::kDouble);
  call.give(at::where(x.isnan(), at::full({}, -INFINITY, x.options()), x).argmax(call.integer()).to(at::kInt));
}

OPERATION(ArgMin) {
  const at::Tensor x = call.tensor().to(at::kDouble);
  call.give(at::where(x.isnan(), at::full({}, INFINITY, x.options()), x).argmin(call.integer()).to(at::kInt));
}

OPERATION(Softmax) {
  const at::Tensor logits = call.tensor().to(at::kFloat);
  call.give(at::softmax(logits, call.integer()));
}

OPERATION(LogSoftmax) {
  const at::Tensor logits = call.tensor().to(at::kFloat);
  call.give(at::log_softmax(logits, call.integer()));
}

OPERATION(Cumsum) {
  at::Tensor x = counted(call.tensor());
  const int64_t axis = call.integer();
  const bool exclusive = call.flag(), reverse = call.flag();
  const at::ScalarType type = x.scalar_type();
  if (reverse) x = x.flip(axis);
  at::Tensor sums = at::cumsum(x, axis, type);
  if (exclusive) sums = sums.sub(x);
  call.give(reverse ? sums.flip(axis) : sums);
}

OPERATION(BatchMatMul) {
  at::Tensor a = call.tensor(), b = call.tensor();
  if (call.flag()) a = a.transpose(-2, -1);
  if (call.flag()) b = b.transpose(-2, -1);
  TORCH_CHECK(a.dim() >= 2 && b.dim() >= 2, "a matrix product takes matrices");
  const at::ScalarType type = at::result_type(a, b);
  // Whole numbers by way of float64, which is exact below 2^53: CUDA has no product of theirs.
  call.give(at::isFloatingType(type) ? at::matmul(a, b) : at::matmul(a.to(at::kDouble), b.to(at::kDouble)).to(at::kInt));
}

}  // namespace
}  // namespace retort

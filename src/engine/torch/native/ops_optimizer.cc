// AdamW over all parameters in one call, with the global gradient norm, clipping and the guard against a step that is not finite
// (src/engine/fused/adamw.ts has the formula).
#include <ATen/Parallel.h>
#include "command.h"

namespace retort {
namespace {

struct Rates {
  double step, learningRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm;
};

struct Parameter {
  Slot& value;
  at::Tensor gradient;
  double squares;
  at::Tensor first, second;
  bool decays;
};

double sumOfSquares(const at::Tensor& gradient);
void update(const Parameter& parameter, const Rates& rates, double clip);

// Inputs: value, gradient, first and second moment of each parameter in turn. Attributes: the rates, then whether each decays.
OPERATION(RetortAdamW) {
  std::vector<Parameter> parameters;
  while (call.inputsLeft() > 0) {
    Slot& value = call.slot();
    Slot& gradient = call.slot();
    Slot& first = call.slot();
    Slot& second = call.slot();
    parameters.push_back({value, gradient.value, gradient.squares, first.value, second.value, false});
  }
  const Rates rates{call.real(), call.real(), call.real(), call.real(), call.real(), call.real(), call.real()};
  for (Parameter& parameter : parameters) parameter.decays = call.flag();
  double squares = 0;
  for (const Parameter& parameter : parameters) squares += parameter.squares >= 0 ? parameter.squares : sumOfSquares(parameter.gradient);
  const double norm = std::sqrt(squares);
  const bool finite = std::isfinite(norm);
  if (finite) {
    const double clip = std::min(1.0, rates.maxGradientNorm / (norm + 1e-6));
    for (const Parameter& parameter : parameters) update(parameter, rates, clip);
  }
  const at::Tensor verdict = at::empty({2}, at::kFloat);
  verdict[0] = norm;
  verdict[1] = finite ? 1.0f : 0.0f;
  call.give(verdict);
}

double sumOfSquares(const at::Tensor& gradient) {
  return at::linalg_vector_norm(gradient, 2, std::nullopt, false, at::kFloat).item<double>() * at::linalg_vector_norm(gradient, 2, std::nullopt, false, at::kFloat).item<double>();
}

void update(const Parameter& parameter, const Rates& rates, double clip) {
  const at::Tensor gradient = full(parameter.gradient).mul(clip);
  parameter.first.mul_(rates.beta1).add_(gradient, 1 - rates.beta1);
  parameter.second.mul_(rates.beta2).addcmul_(gradient, gradient, 1 - rates.beta2);
  const at::Tensor denominator = parameter.second.sqrt().div_(std::sqrt(1 - std::pow(rates.beta2, rates.step))).add_(rates.epsilon);
  if (parameter.decays) parameter.value.value.mul_(1 - rates.learningRate * rates.weightDecay);
  parameter.value.value.addcdiv_(parameter.first, denominator, -rates.learningRate / (1 - std::pow(rates.beta1, rates.step)));
  parameter.value.half = at::Tensor();
}

}  // namespace
}  // namespace retort

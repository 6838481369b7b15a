// AdamW over all parameters in one call, with the global gradient norm, clipping and the guard against a step that is not finite
// (src/engine/fused/adamw.ts has the formula).
#include <algorithm>
#include "dense.h"

namespace retort {
namespace {

struct Rates {
  double step, learningRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm;

  double firstCorrection() const { return 1 - std::pow(beta1, step); }
  double secondCorrection() const { return 1 - std::pow(beta2, step); }
};

struct Parameter {
  Slot& value;
  Slot& gradient;
  Slot& first;
  Slot& second;
  bool decays;
};

// Whether the numbers can be changed where they are: nobody else looks at the same memory.
void makeOwn(Slot& slot) {
  if (slot.value.storage().use_count() > 1 || !slot.value.is_contiguous() || slot.lease) slot.value = slot.value.contiguous().clone();
  slot.lease = nullptr;
}

// The one kernel that has it at hand gave Σ g² along; else it is summed here.
double squaresOnHost(const Slot& gradient) {
  if (gradient.squares >= 0) return gradient.squares;
  if (onRows()) {
    const at::Tensor whole = gradient.value.contiguous();
    return cpu::sumOfSquares(values(whole), whole.numel());
  }
  return full(gradient.value).square().sum(at::kDouble).item<double>();
}

// Where a table's gradient is known to touch few rows, the others wait.
bool waits(const Parameter& parameter) {
  const auto& lease = parameter.gradient.lease;
  if (!onRows() || !lease || !lease->table().is_same(parameter.gradient.value)) return false; // the rows are of another shape
  const auto all = {&parameter.value, &parameter.first, &parameter.second};
  return std::all_of(all.begin(), all.end(), [&](const Slot* slot) { return slot->value.sizes() == lease->table().sizes() && LateRows::paysFor(slot->value, lease->rows()); });
}

// Gives the three the same late rows, or none.
void prepare(const Parameter& parameter) {
  Slot &value = parameter.value, &first = parameter.first, &second = parameter.second;
  const bool waiting = waits(parameter);
  if (waiting && value.late && value.late == first.late && value.late == second.late && value.late->keeps(value.value, first.value, second.value)) return;
  for (Slot* const slot : {&value, &first, &second}) {
    if (slot->late) slot->late->settle();
    slot->late = nullptr;
    makeOwn(*slot);
  }
  if (waiting) value.late = first.late = second.late = std::make_shared<LateRows>(value.value, first.value, second.value);
}

void updateOnRows(const Parameter& parameter, const Rates& rates, double clip) {
  const at::Tensor gradient = parameter.gradient.value.contiguous();
  const cpu::AdamW step{
    parameter.value.value.data_ptr<float>(), parameter.first.value.data_ptr<float>(), parameter.second.value.data_ptr<float>(), values(gradient), gradient.numel(), static_cast<float>(clip),
    {static_cast<float>(parameter.decays ? 1 - rates.learningRate * rates.weightDecay : 1), static_cast<float>(rates.beta1), static_cast<float>(rates.beta2),
     static_cast<float>(rates.learningRate / rates.firstCorrection()), static_cast<float>(1 / std::sqrt(rates.secondCorrection())), static_cast<float>(rates.epsilon)}};
  if (parameter.value.late) parameter.value.late->take(step, parameter.gradient.lease->rows());
  else cpu::adamW(step);
}

// The same by LibTorch's fused step, of parameters that all decay or none. `clip` is a number on the device, `skip` 1 there where the step is to be left out, so nothing is read back.
void updateGroup(const std::vector<const Parameter*>& parameters, const Rates& rates, const at::Tensor& clip, const std::optional<at::Tensor>& skip) {
  std::vector<at::Tensor> values, gradients, firsts, seconds;
  for (const Parameter* const parameter : parameters) {
    const at::Tensor& value = parameter->value.value;
    values.push_back(value);
    gradients.push_back(full(parameter->gradient.value).contiguous().view(value.sizes()));
    firsts.push_back(parameter->first.value.view(value.sizes()));
    seconds.push_back(parameter->second.value.view(value.sizes()));
  }
  const std::vector<at::Tensor> clipped = at::_foreach_mul(gradients, clip), steps(values.size(), at::full({}, rates.step, options(at::kFloat)));
  at::_fused_adamw_(values, clipped, firsts, seconds, {}, steps, rates.learningRate, rates.beta1, rates.beta2, parameters.front()->decays ? rates.weightDecay : 0, rates.epsilon, /*amsgrad=*/false, /*maximize=*/false, {}, skip);
}

// All of them, group by group: those that decay and those that do not, of so many numbers that the clipped gradients take little room.
void updateByLibrary(const std::vector<Parameter>& parameters, const Rates& rates, const at::Tensor& clip, const std::optional<at::Tensor>& skip) {
  constexpr int64_t most = 1 << 24;
  for (const bool decaying : {true, false}) {
    std::vector<const Parameter*> group;
    int64_t numbers = 0;
    const auto update = [&] {
      if (!group.empty()) updateGroup(group, rates, clip, skip);
      group.clear();
      numbers = 0;
    };
    for (const Parameter& parameter : parameters) {
      if (parameter.decays != decaying) continue;
      const int64_t count = parameter.value.value.numel();
      if (numbers + count > most) update();
      group.push_back(&parameter);
      numbers += count;
    }
    update();
  }
}

// Of all gradients together, on the device.
at::Tensor normOnDevice(const std::vector<Parameter>& parameters) {
  std::vector<at::Tensor> single, half;
  for (const Parameter& parameter : parameters) (parameter.gradient.value.scalar_type() == at::kBFloat16 ? half : single).push_back(parameter.gradient.value);
  std::vector<at::Tensor> norms{at::zeros({}, options(at::kFloat))};
  for (const auto* const alike : {&single, &half}) {
    if (alike->empty()) continue;
    for (at::Tensor& norm : at::_foreach_norm(*alike, 2, at::kFloat)) norms.push_back(std::move(norm));
  }
  return at::stack(norms).norm();
}

// Inputs: value, gradient, first and second moment of each parameter in turn. Attributes: the rates, then whether each decays.
// -> [gradient norm, 1 if the step was taken]
OPERATION(RetortAdamW) {
  std::vector<Parameter> parameters;
  while (call.inputsLeft() > 0) {
    Slot& value = call.slotAsLeft();
    Slot& gradient = call.slot();
    Slot& first = call.slotAsLeft();
    Slot& second = call.slotAsLeft();
    for (const Slot* const other : {&gradient, &first, &second}) {
      TORCH_CHECK(other->value.numel() == value.value.numel(), "a gradient or moment of ", other->value.numel(), " numbers for a parameter of ", value.value.numel());
    }
    parameters.push_back({value, gradient, first, second, false});
  }
  const Rates rates{call.real(), call.real(), call.real(), call.real(), call.real(), call.real(), call.real()};
  for (Parameter& parameter : parameters) {
    parameter.decays = call.flag();
    prepare(parameter);
    parameter.value.changed();
  }
  if (settings().looks) {
    double squares = 0;
    for (const Parameter& parameter : parameters) squares += squaresOnHost(parameter.gradient);
    const double norm = std::sqrt(squares);
    const bool finite = std::isfinite(norm);
    const double clip = std::min(1.0, rates.maxGradientNorm / (norm + 1e-6));
    if (finite && onRows()) for (const Parameter& parameter : parameters) updateOnRows(parameter, rates, clip);
    else if (finite) updateByLibrary(parameters, rates, at::full({}, clip, options(at::kFloat)), {});
    const at::Tensor verdict = at::empty({2}, options(at::kFloat));
    verdict.data_ptr<float>()[0] = static_cast<float>(norm);
    verdict.data_ptr<float>()[1] = finite ? 1.0f : 0.0f;
    call.give(verdict);
    return;
  }
  const at::Tensor norm = normOnDevice(parameters);
  const at::Tensor finite = norm.isfinite().to(at::kFloat);
  const at::Tensor clip = at::full({}, rates.maxGradientNorm, options(at::kFloat)).div(norm.add(1e-6)).clamp_max(1);
  updateByLibrary(parameters, rates, clip, 1 - finite);
  call.give(at::stack({norm, finite}));
}

}  // namespace
}  // namespace retort

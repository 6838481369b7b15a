// The losses of word prediction over a vocabulary (src/engine/fused/vocabulary-loss.ts): logits of a few hundred rows exist at a time,
// and their gradient is carried on to hidden states and weights while they are there.
#include <limits>
#include "dense.h"
#include "cpu/vocabulary.h"

namespace retort {
namespace {

// Rows at a time: enough that packing the vocabulary's weights is a small part of the product.
constexpr int64_t chunkRows = 512;

struct Side {
  at::Tensor input, weight, bias;
};

// [rows, H] [V, H] -> [rows, V] in float32, whatever the precision of products.
at::Tensor logitsOf(const at::Tensor& input, const Side& side, Slot& weight) {
  if (!ownProducts() && settings().half) return full(at::linear(asActivation(input), inPrecision(weight), side.bias.to(activationType())));
  at::Tensor rows = input, columns = side.weight.t(), logits = at::empty({rows.size(0), columns.size(1)}, options(at::kFloat));
  if (!ownProducts()) return at::addmm_out(logits, side.bias, rows, columns);
  cpu::Product product{rows.size(0), columns.size(1), rows.size(1), operand(rows), operand(columns), logits.data_ptr(), false, logits.size(1)};
  product.bias = side.bias.data_ptr<float>();
  product.packedB = keptPacking(weight, /*decodes=*/false);
  multiply(product);
  return logits;
}

// The row sums of both losses, and the gradient in place of the student's logits.
struct Scales {
  double temperature, soft, masked;
};

void lossRows(at::Tensor& student, at::Tensor& teacher, const at::Tensor& words, const Scales& scales, at::Tensor& soft, at::Tensor& masked) {
  if (onRows()) {
    double softSum = 0, maskedSum = 0;
    cpu::vocabularyRows({student.data_ptr<float>(), teacher.defined() ? teacher.data_ptr<float>() : nullptr, words.data_ptr<int32_t>(), student.size(0), student.size(1),
                         static_cast<float>(scales.temperature), static_cast<float>(scales.soft), static_cast<float>(scales.masked), &softSum, &maskedSum});
    soft.add_(softSum);
    masked.add_(maskedSum);
    return;
  }
  at::Tensor gradient = at::zeros_like(student);
  if (teacher.defined()) {
    const at::Tensor logStudent = at::log_softmax(student.div(scales.temperature), -1), logTeacher = at::log_softmax(teacher.div(scales.temperature), -1);
    const at::Tensor target = logTeacher.exp();
    soft.add_(target.mul(logTeacher.sub(logStudent)).sum());
    gradient.add_(logStudent.exp().sub_(target), scales.soft / scales.temperature);
  }
  if (scales.masked != 0) {
    const at::Tensor logProbabilities = at::log_softmax(student, -1), known = words.ge(0);
    const at::Tensor places = words.clamp_min(0).to(at::kLong).unsqueeze(1);
    masked.sub_(logProbabilities.gather(1, places).squeeze(1).masked_fill(known.logical_not(), 0).sum());
    const at::Tensor counts = known.to(at::kFloat).unsqueeze(1).mul(scales.masked);
    gradient.add_(logProbabilities.exp().mul_(counts)).scatter_add_(1, places, counts.neg());
  }
  student = gradient;
}

// dweight += dᵀ x, dbias += Σ d; returns d W.
at::Tensor carryBack(at::Tensor d, at::Tensor x, const Side& side, Slot& weight, at::Tensor& dweight, at::Tensor& dbias, bool first) {
  if (!ownProducts()) {
    const at::Tensor narrow = asActivation(d);
    if (settings().half) dweight.add_(full(at::mm(narrow.t(), asActivation(x))));
    else dweight.addmm_(narrow.t(), x, first ? 0 : 1);  // 0: whatever is there is written over
    dbias.add_(d.sum(0));
    return at::mm(narrow, inPrecision(weight));
  }
  at::Tensor turned = d.t();
  cpu::Product product{turned.size(0), x.size(1), x.size(0), operand(turned), operand(x), dweight.data_ptr(), false, dweight.size(1)};
  product.add = !first;
  multiply(product);
  const at::Tensor sums = at::empty_like(dbias);
  cpu::columnSums(values(d), sums.data_ptr<float>(), d.size(0), d.size(1));
  dbias.add_(sums);
  return multiplied(d, side.weight);
}

// What is compared: both sides (the teacher's may be absent), the words, which rows count, and how much each term does.
struct Question {
  const Side& student;
  Slot& weight;
  const Side& teacher;
  Slot* teacherWeight;
  at::Tensor words, counts, predicted;
  double temperature, softWeight, maskedWeight;
  bool withGradient;
};

// Means of both terms, and the gradients of their weighted sum.
struct Answer {
  at::Tensor soft = at::zeros({}, options(at::kDouble)), masked = at::zeros({}, options(at::kDouble));
  at::Tensor dinput, dweight, dbias;
};

// Rows that count for neither term are left out of the products: padding, and without a teacher every word that is not predicted.
Answer onChosenRows(const Question& asked) {
  const Side &student = asked.student, &teacher = asked.teacher;
  const at::Tensor chosen = (asked.teacherWeight == nullptr ? asked.predicted : asked.counts).nonzero().reshape({-1});
  const double softCount = std::max<double>(1, asked.counts.sum().item<double>()), maskedCount = std::max<double>(1, asked.predicted.sum().item<double>());
  const Scales scales{asked.temperature, asked.softWeight / softCount, asked.maskedWeight / maskedCount};
  const at::Tensor words = asked.words.index_select(0, chosen);
  Answer made;
  if (asked.withGradient) {
    made.dinput = at::zeros(student.input.sizes(), options(activationType()));
    made.dweight = (ownProducts() || !settings().half) && chosen.numel() > 0 ? at::empty(student.weight.sizes(), options(at::kFloat)) : at::zeros(student.weight.sizes(), options(at::kFloat));
    made.dbias = at::zeros(student.bias.sizes(), options(at::kFloat));
  }
  for (int64_t from = 0; from < chosen.numel(); from += chunkRows) {
    const at::Tensor rows = chosen.narrow(0, from, std::min(chunkRows, chosen.numel() - from));
    const at::Tensor x = student.input.index_select(0, rows);
    at::Tensor logits = logitsOf(x, student, asked.weight);
    at::Tensor target = asked.teacherWeight == nullptr ? at::Tensor() : logitsOf(teacher.input.index_select(0, rows), teacher, *asked.teacherWeight);
    lossRows(logits, target, words.narrow(0, from, rows.numel()), scales, made.soft, made.masked);
    if (asked.withGradient) made.dinput.index_copy_(0, rows, carryBack(logits, x, student, asked.weight, made.dweight, made.dbias, from == 0));
  }
  made.soft.div_(softCount);
  made.masked.div_(maskedCount);
  return made;
}

// The same without a look at the numbers, so that nothing waits for the device: every row takes part, times its share of each mean (0 for
// most). A word outside the vocabulary makes the loss no number, and a step with such a loss is not taken.
Answer onEveryRow(const Question& asked) {
  const Side &student = asked.student, &teacher = asked.teacher;
  const auto shares = [](const at::Tensor& rows) {
    const at::Tensor counted = rows.to(at::kFloat);
    return counted.div(counted.sum().clamp_min(1)).unsqueeze(1);  // [rows, 1]
  };
  const at::Tensor softShares = shares(asked.counts), maskedShares = shares(asked.predicted);
  const int64_t vocabulary = student.weight.size(0), all = asked.words.numel();
  const double temperature = asked.temperature;
  Answer made;
  if (asked.withGradient) {
    made.dinput = at::empty(student.input.sizes(), options(activationType()));
    made.dweight = at::zeros(student.weight.sizes(), options(at::kFloat));
    made.dbias = at::zeros(student.bias.sizes(), options(at::kFloat));
  }
  for (int64_t from = 0; from < all; from += chunkRows) {
    const auto chunk = [from, rows = std::min(chunkRows, all - from)](const at::Tensor& whole) { return whole.narrow(0, from, rows); };
    const at::Tensor x = chunk(student.input), words = chunk(asked.words);
    const at::Tensor logits = logitsOf(x, student, asked.weight);
    at::Tensor gradient = at::zeros_like(logits);
    if (asked.teacherWeight != nullptr) {
      const at::Tensor target = at::log_softmax(logitsOf(chunk(teacher.input), teacher, *asked.teacherWeight).div(temperature), -1);
      const at::Tensor own = at::log_softmax(logits.div(temperature), -1), probabilities = target.exp(), share = chunk(softShares);
      made.soft.add_(probabilities.mul(target.sub(own)).sum(-1, true).mul(share).sum());
      gradient.add_(own.exp().sub_(probabilities).mul_(share), asked.softWeight / temperature);
    }
    if (asked.maskedWeight != 0) {
      const at::Tensor own = at::log_softmax(logits, -1), share = chunk(maskedShares), outside = words.ge(vocabulary).unsqueeze(1);
      const at::Tensor places = words.clamp(0, vocabulary - 1).to(at::kLong).unsqueeze(1);
      made.masked.sub_(own.gather(1, places).mul(share).masked_fill(outside, std::numeric_limits<double>::quiet_NaN()).sum());
      const at::Tensor counted = share.mul(asked.maskedWeight);
      gradient.add_(own.exp().mul_(counted)).scatter_add_(1, places, counted.neg());
    }
    if (asked.withGradient) chunk(made.dinput).copy_(carryBack(gradient, x, student, asked.weight, made.dweight, made.dbias, from == 0));
  }
  return made;
}

// Inputs: student's rows, weight and bias, words, which rows count; then the teacher's three, or nothing. Attributes: whether the
// gradient is wanted; temperature and the weights of both terms.
// -> loss, divergence and cross-entropy (means), and the loss's gradients of rows, weight and bias
OPERATION(RetortVocabularyLoss) {
  const at::Tensor input = call.stored();
  Slot& weight = call.slot();
  Slot& bias = call.slot();
  const at::Tensor words = call.stored().reshape({-1}).contiguous(), real = call.tensor().reshape({-1});
  const Side student{flatRows(input), weight.value, bias.value};
  Side teacher;
  Slot* teacherWeight = nullptr;
  if (call.inputsLeft() > 0) {
    const at::Tensor rows = flatRows(call.stored());
    teacherWeight = &call.slot();
    teacher = {rows, teacherWeight->value, call.slot().value};
    TORCH_CHECK(teacher.weight.size(0) == student.weight.size(0), "the vocabularies differ: ", student.weight.size(0), " and ", teacher.weight.size(0), " words");
  }
  for (const Side& side : {student, teacher}) {
    if (!side.input.defined()) continue;
    requireReal(side.input);
    TORCH_CHECK(side.weight.dim() == 2 && side.input.size(1) == side.weight.size(1), "rows of ", side.input.size(-1), " numbers for a decoder of shape ", side.weight.sizes());
    requireReal(side.bias);
    requireVector(side.bias, side.weight.size(0), "a bias");
    TORCH_CHECK(side.input.size(0) == words.numel() && words.numel() == real.numel(), side.input.size(0), " rows for ", words.numel(), " words and a mask of ", real.numel());
  }
  TORCH_CHECK(words.scalar_type() == at::kInt, "words are whole numbers, not ", words.scalar_type());
  const bool withGradient = call.flag();
  const double temperature = call.real(), softWeight = call.real(), maskedWeight = call.real();
  const at::Tensor counts = real.gt(0), predicted = words.ge(0).logical_and(counts);
  const Question asked{student, weight, teacher, teacherWeight, words, counts, predicted, temperature, softWeight, maskedWeight, withGradient};
  const bool looks = settings().looks;
  if (looks && words.numel() > 0) TORCH_CHECK(words.max().item<int32_t>() < student.weight.size(0), "word ", words.max().item<int32_t>(), " is outside a vocabulary of ", student.weight.size(0));
  const Answer made = looks ? onChosenRows(asked) : onEveryRow(asked);
  call.give(made.soft.mul(softWeight).add(made.masked, maskedWeight).to(at::kFloat));
  call.give(made.soft.to(at::kFloat));
  call.give(made.masked.to(at::kFloat));
  if (!withGradient) return;
  call.give(made.dinput.view(input.sizes()));
  call.give(made.dweight);
  call.give(made.dbias);
}

// (x, scalar) -> x times it; x itself where that is 1 and can be seen without waiting.
OPERATION(RetortScaled) {
  const at::Tensor x = call.stored(), by = call.stored();
  requireReal(x);
  TORCH_CHECK(by.numel() == 1, "a factor of shape ", by.sizes());
  if (settings().looks && full(by).item<float>() == 1) return call.give(x);
  call.give(x.mul(by.to(x.scalar_type())));
}

// (sum, more, whether nobody else needs sum, whether the sum is to be float32) -> sum + more, in place where it can be.
OPERATION(RetortAccumulate) {
  Slot& sumSlot = call.peek();
  at::Tensor sum = call.stored();
  Slot& moreSlot = call.peek();
  const at::Tensor more = call.stored();
  const bool own = call.flag(), wide = call.flag();
  const bool holds = wide ? sum.scalar_type() == at::kFloat : sum.scalar_type() == more.scalar_type();
  const bool inPlace = own && sum.storage().use_count() == 1 && sum.is_contiguous() && holds && !sumSlot.lease;
  if (!inPlace) return call.give(!wide && sum.scalar_type() == more.scalar_type() ? sum.add(more) : full(sum).add(full(more)));
  if (moreSlot.lease) {
    for (const int32_t row : moreSlot.lease->rows()) sum.select(0, row).add_(more.select(0, row));
  } else {
    sum.add_(more);
  }
  call.give(sum);
}

}  // namespace
}  // namespace retort

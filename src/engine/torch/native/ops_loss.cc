// The two losses between a row of logits and a distribution (src/engine/fused/cross-entropy.ts), in float32 whatever the logits are.
#include "command.h"

namespace retort {
namespace {

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
}  // namespace retort

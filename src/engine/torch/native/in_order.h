// Sums on CUDA in one order, so that the same seed gives the same bits.
#pragma once
#include <ATen/ATen.h>

namespace retort {

// While it lives, LibTorch adds up in one order where it would otherwise do so in the order in which CUDA's threads come. Strictly: what has no
// such order is then refused; its fused attention takes the order only so.
class InOrder {
 public:
  explicit InOrder(bool strictly = false) : algorithms_(at::globalContext().deterministicAlgorithms()), warns_(at::globalContext().deterministicAlgorithmsWarnOnly()), fills_(at::globalContext().deterministicFillUninitializedMemory()) {
    at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/!strictly);
    at::globalContext().setDeterministicFillUninitializedMemory(false);
  }
  ~InOrder() {
    at::globalContext().setDeterministicAlgorithms(algorithms_, warns_);
    at::globalContext().setDeterministicFillUninitializedMemory(fills_);
  }
  InOrder(const InOrder&) = delete;

 private:
  bool algorithms_, warns_, fills_;
};

}  // namespace retort

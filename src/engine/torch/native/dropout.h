// Dropout as operations receive it: rate, the key's two words and the row step, in the order of engine/fused/dropout.ts.
#pragma once
#include <optional>
#include "capture.h"
#include "command.h"
#include "random.h"

namespace retort {

inline Mask readMask(Command& call) {
  const double rate = call.real();
  const int32_t place = capturedKey(call.nextReal());
  const double high = call.real(), low = call.real();
  const Key key{static_cast<uint32_t>(static_cast<int64_t>(high)), static_cast<uint32_t>(static_cast<int64_t>(low))};
  const int64_t rowStep = call.integer();
  TORCH_CHECK(rowStep >= 1, "a dropout whose rows stand ", rowStep, " apart");
  return {rate > 0, key, static_cast<uint32_t>(rate * 4294967296.0), static_cast<float>(1 / (1 - rate)), place, rowStep};
}

// x where the mask keeps it, times its scale, and 0 elsewhere, as float32 or bfloat16 as x is; x itself when the dropout is off.
at::Tensor dropped(const at::Tensor& x, const Mask& mask);

// Where each number lies in the larger tensor that it is masked as a part of (Mask.rowStep), int32 on the device of the engine.
at::Tensor placesOf(at::IntArrayRef sizes, int64_t rowStep);

// The same as dropped, in one kernel of CUDA's. Nothing where LibTorch's runtime compiler cannot compile it; it tries at the first call.
std::optional<at::Tensor> droppedByCuda(const at::Tensor& x, const Mask& mask);

}  // namespace retort

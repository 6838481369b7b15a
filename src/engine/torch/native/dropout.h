// Dropout as operations receive it: rate, the key's two words and the row step, in the order of engine/fused/dropout.ts.
#pragma once
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

// The multipliers, 0 or scale, in float32 on the device of the engine.
at::Tensor multipliersOf(at::IntArrayRef sizes, const Mask& mask);

// x times the multipliers; x itself when the dropout is off.
inline at::Tensor dropped(const at::Tensor& x, const Mask& mask) { return mask.active ? x.mul(multipliersOf(x.sizes(), mask).to(x.scalar_type())) : x; }

}  // namespace retort

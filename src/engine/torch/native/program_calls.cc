// The part of the N-API front that runs programs again: replayed operation by operation, or captured and launched as one piece.
#include "front.h"
#include <ATen/core/LegacyTypeDispatch.h>
#include <memory>
#include "capture.h"
#include "replay.h"

namespace retort {
namespace {

Program programOf(napi_env env, napi_value integers, napi_value reals, napi_value registers, napi_value foreign) {
  const View whole = typedArray(env, integers), real = typedArray(env, reals), cells = typedArray(env, registers);
  int32_t count = 0;
  must(napi_get_value_int32(env, foreign, &count), "the count of foreign tensors must be a number");
  return {static_cast<const int32_t*>(whole.data), whole.bytes / sizeof(int32_t), static_cast<const double*>(real.data), real.bytes / sizeof(double),
          static_cast<int32_t*>(cells.data), cells.bytes / sizeof(int32_t), static_cast<size_t>(count)};
}

}  // namespace

// replay(integers, reals, registers, foreign): see addon.ts.
napi_value replayProgram(napi_env env, napi_callback_info info) {
  return guarded(env, "replay", [&]() -> napi_value {
    napi_value values[4];
    arguments(env, info, values);
    const std::string other = replay(programOf(env, values[0], values[1], values[2], values[3]));
    return other.empty() ? nullptr : text(env, other);
  });
}

// capture(integers, reals, registers, foreign, inputs, keys): see addon.ts. What it gives is freed when JavaScript has lost it.
napi_value captureProgram(napi_env env, napi_callback_info info) {
  return guarded(env, "capture", [&]() -> napi_value {
    napi_value values[6];
    arguments(env, info, values);
    int32_t inputs = 0;
    must(napi_get_value_int32(env, values[4], &inputs), "the count of inputs must be a number");
    const View keys = typedArray(env, values[5]);
    const int32_t* const key = static_cast<const int32_t*>(keys.data);
    at::AutoDispatchBelowADInplaceOrView below;
    auto made = std::make_unique<Capture>(programOf(env, values[0], values[1], values[2], values[3]), static_cast<size_t>(inputs), std::vector<int32_t>(key, key + keys.bytes / sizeof(int32_t)));
    napi_value external;
    must(napi_create_external(env, made.get(), [](napi_env, void* lost, void*) { delete static_cast<Capture*>(lost); }, nullptr, &external), "a capture could not be handed out");
    made.release();
    return external;
  });
}

// launch(capture, integers, reals, registers, foreign): see addon.ts.
napi_value launchCapture(napi_env env, napi_callback_info info) {
  return guarded(env, "launch", [&]() -> napi_value {
    napi_value values[5];
    arguments(env, info, values);
    void* capture = nullptr;
    must(napi_get_value_external(env, values[0], &capture), "a capture was expected");
    at::AutoDispatchBelowADInplaceOrView below;
    const std::string other = static_cast<Capture*>(capture)->launch(programOf(env, values[1], values[2], values[3], values[4]));
    return other.empty() ? nullptr : text(env, other);
  });
}

}  // namespace retort

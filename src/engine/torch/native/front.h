// What every function of the N-API front needs: arguments in, values out, and C++ exceptions as JavaScript errors, so that nothing may
// abort the process.
#pragma once
#include <node_api.h>
#include <ATen/ATen.h>
#include <string>

namespace retort {

// The text of whatever was thrown, without LibTorch's stack trace.
inline std::string textOf(const std::exception& error) {
  if (const auto* torchError = dynamic_cast<const c10::Error*>(&error)) return torchError->what_without_backtrace();
  return error.what();
}

// Runs `work`; what it throws becomes a JavaScript error that begins with `what`.
template <typename Work>
napi_value guarded(napi_env env, const char* what, Work work) {
  std::string message;
  try {
    return work();
  } catch (const std::exception& error) {
    message = textOf(error);
  } catch (...) {
    message = "unknown fault";
  }
  bool pending = false;
  if (napi_is_exception_pending(env, &pending) == napi_ok && pending) return nullptr;
  napi_throw_error(env, "ERR_RETORT_TORCH", (std::string(what) + ": " + message).c_str());
  return nullptr;
}

inline void must(napi_status status, const char* what) { TORCH_CHECK(status == napi_ok, what); }

template <size_t N>
void arguments(napi_env env, napi_callback_info info, napi_value (&values)[N]) {
  size_t count = N;
  must(napi_get_cb_info(env, info, &count, values, nullptr, nullptr), "arguments could not be read");
  TORCH_CHECK(count >= N, "called with ", count, " arguments in place of ", N);
}

struct View {
  void* data;
  size_t bytes;
};

inline View typedArray(napi_env env, napi_value value) {
  napi_typedarray_type type;
  size_t length = 0, offset = 0;
  void* data = nullptr;
  napi_value buffer;
  must(napi_get_typedarray_info(env, value, &type, &length, &data, &buffer, &offset), "a typed array was expected");
  const size_t width = type == napi_float64_array || type == napi_bigint64_array || type == napi_biguint64_array ? 8
    : type == napi_int32_array || type == napi_uint32_array || type == napi_float32_array ? 4
    : type == napi_int16_array || type == napi_uint16_array ? 2 : 1;
  return {data, length * width};
}

inline napi_value number(napi_env env, double value) {
  napi_value made;
  must(napi_create_double(env, value, &made), "a number could not be made");
  return made;
}

inline napi_value text(napi_env env, const std::string& value) {
  napi_value made;
  must(napi_create_string_utf8(env, value.c_str(), value.size(), &made), "a text could not be made");
  return made;
}

inline void put(napi_env env, napi_value object, const char* name, napi_value value) {
  must(napi_set_named_property(env, object, name, value), "a property could not be set");
}

// Of the replayed programs (program_calls.cc); see addon.ts.
napi_value replayProgram(napi_env env, napi_callback_info info);
napi_value captureProgram(napi_env env, napi_callback_info info);
napi_value launchCapture(napi_env env, napi_callback_info info);

}  // namespace retort

// The N-API front: attaches the two shared arrays, runs one operation a call, moves data in and out. Every callback turns C++
// exceptions into JavaScript errors; nothing here may abort the process.
#include "front.h"
#include <ATen/DeviceAccelerator.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/version.h>
#include <atomic>
#include <cstring>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>
#include "command.h"
#include "huge_pages.h"

namespace retort {
namespace {

constexpr bool isBuiltWith(std::string_view version) { return version.empty() || version == TORCH_VERSION; }
static_assert(isBuiltWith(RETORT_TORCH_VERSION), "these are not the headers of the LibTorch that was found: take -I and -isystem out of CXXFLAGS and CPPFLAGS");

int32_t* integers = nullptr;
double* reals = nullptr;
size_t integersLength = 0;
napi_ref arrays[2] = {nullptr, nullptr};
std::atomic<bool> taken{false};

// The threads of LibTorch's pool, started now: where one of them cannot be, the pool itself would end the process, so as many are tried first.
void startThreads(int count) {
  std::mutex mutex;
  std::condition_variable opened;
  bool open = false;
  std::vector<std::thread> tried;
  bool all = true;
  try {
    while (static_cast<int>(tried.size()) < count - 1) {
      tried.emplace_back([&] {
        std::unique_lock lock(mutex);
        opened.wait(lock, [&] { return open; });
      });
    }
  } catch (const std::system_error&) {
    all = false;
  }
  {
    const std::lock_guard lock(mutex);
    open = true;
  }
  opened.notify_all();
  const size_t started = tried.size() + 1;
  for (std::thread& thread : tried) thread.join();
  TORCH_CHECK(all, count, " threads are wanted, and this system lets only ", started, " be started: ask for fewer, or free memory");
  at::set_num_threads(count);
  at::parallel_for(0, count, 1, [](int64_t, int64_t) {});
}

// attach(Int32Array, Float64Array): the arrays of command.h.
napi_value attach(napi_env env, napi_callback_info info) {
  return guarded(env, "attach", [&]() -> napi_value {
    napi_value values[2];
    arguments(env, info, values);
    const View whole = typedArray(env, values[0]), real = typedArray(env, values[1]);
    for (int i = 0; i < 2; ++i) {
      if (arrays[i] != nullptr) napi_delete_reference(env, arrays[i]);
      must(napi_create_reference(env, values[i], 1, &arrays[i]), "an array could not be held");
    }
    integers = static_cast<int32_t*>(whole.data);
    integersLength = whole.bytes / sizeof(int32_t);
    reals = static_cast<double*>(real.data);
    return nullptr;
  });
}

// Frees the tensors listed at the head of the buffer and returns what follows them.
int32_t* freeListed() {
  int32_t* cursor = integers;
  const int32_t freed = *cursor++;
  integers[0] = 0;
  for (int32_t i = 0; i < freed; ++i) table().remove(*cursor++);
  return cursor;
}

napi_value exec(napi_env env, napi_callback_info) {
  const char* name = "exec";
  int32_t* inputs = nullptr;
  std::string message;
  try {
    int32_t* cursor = freeListed();
    Command call(cursor, reals);
    const int32_t operation = call.operation();
    TORCH_CHECK(operation >= 0 && static_cast<size_t>(operation) < operations().size(), "there is no operation ", operation);
    name = operations()[operation].name;
    inputs = cursor + 1;
    at::AutoDispatchBelowADInplaceOrView below;  // no autograd bookkeeping: TensorFlow.js keeps the tape
    call.openInputs();
    operations()[operation].run(call);
    call.answer(integers);
    return nullptr;
  } catch (const std::exception& error) {
    message = textOf(error);
  } catch (...) {
    message = "unknown fault";
  }
  try {
    const std::string given = inputs == nullptr ? "" : " (" + Command::described(inputs) + ")";
    napi_throw_error(env, "ERR_RETORT_TORCH", (std::string(name) + given + ": " + message).c_str());
  } catch (...) {
    napi_throw_error(env, "ERR_RETORT_TORCH", (std::string(name) + ": " + message).c_str());
  }
  integers[0] = 0;
  return nullptr;
}

// release(): only frees what is listed.
napi_value release(napi_env env, napi_callback_info) {
  return guarded(env, "release", [&]() -> napi_value {
    freeListed();
    return nullptr;
  });
}

// upload(typed array): a tensor of dtype integers[0], rank integers[1] and the sizes that follow. Its handle goes to integers[0].
napi_value upload(napi_env env, napi_callback_info info) {
  return guarded(env, "upload", [&]() -> napi_value {
    napi_value values[1];
    arguments(env, info, values);
    const View source = typedArray(env, values[0]);
    const at::ScalarType type = scalarType(integers[0]);
    std::vector<int64_t> sizes(integers + 2, integers + 2 + integers[1]);
    const bool onCpu = settings().device.is_cpu();
    auto staged = at::empty(sizes, at::TensorOptions().dtype(type).pinned_memory(!onCpu));
    TORCH_CHECK(staged.nbytes() == source.bytes, source.bytes, " bytes do not fill a tensor of ", staged.nbytes());
    std::memcpy(staged.data_ptr(), source.data, source.bytes);
    // Pinned memory goes back to its allocator only after the copy, which the allocator itself waits for.
    integers[0] = table().add(onCpu ? staged : staged.to(settings().device, /*non_blocking=*/true));
    return nullptr;
  });
}

at::Tensor hostForm(const at::Tensor& value) { return full(value).contiguous(); }

// download(typed array): the values of tensor integers[0]; waits for the device.
napi_value download(napi_env env, napi_callback_info info) {
  return guarded(env, "download", [&]() -> napi_value {
    napi_value values[1];
    arguments(env, info, values);
    const View target = typedArray(env, values[0]);
    const at::Tensor host = hostForm(table().at(integers[0]).value).cpu();
    TORCH_CHECK(host.nbytes() == target.bytes, host.nbytes(), " bytes do not fit into ", target.bytes);
    std::memcpy(target.data, host.data_ptr(), target.bytes);
    return nullptr;
  });
}

struct Download {
  at::Tensor host;
  std::unique_ptr<c10::Event> done;
  napi_async_work work = nullptr;
  napi_deferred promise = nullptr;
  napi_ref target = nullptr;
  std::string fault;
};

void waitForDownload(napi_env, void* data) {
  auto* download = static_cast<Download*>(data);
  try {
    download->done->synchronize();
  } catch (const std::exception& error) {
    download->fault = textOf(error);
  }
}

void finishDownload(napi_env env, napi_status, void* data) {
  std::unique_ptr<Download> download(static_cast<Download*>(data));
  napi_value target = nullptr;
  napi_get_reference_value(env, download->target, &target);
  try {
    if (download->fault.empty()) {
      const View view = typedArray(env, target);
      std::memcpy(view.data, download->host.data_ptr(), view.bytes);
    }
  } catch (const std::exception& error) {
    download->fault = textOf(error);
  }
  if (download->fault.empty()) {
    napi_resolve_deferred(env, download->promise, target);
  } else {
    napi_value message, error;
    napi_create_string_utf8(env, download->fault.c_str(), download->fault.size(), &message);
    napi_create_error(env, nullptr, message, &error);
    napi_reject_deferred(env, download->promise, error);
  }
  napi_delete_reference(env, download->target);
  napi_delete_async_work(env, download->work);
}

// downloadLater(typed array) -> promise of it: copies tensor integers[0] while JavaScript and the device go on.
napi_value downloadLater(napi_env env, napi_callback_info info) {
  return guarded(env, "download", [&]() -> napi_value {
    napi_value values[1], promise, name;
    arguments(env, info, values);
    const at::Tensor value = hostForm(table().at(integers[0]).value);
    TORCH_CHECK(value.nbytes() == typedArray(env, values[0]).bytes, "a tensor of ", value.nbytes(), " bytes does not fit");
    auto download = std::make_unique<Download>();
    download->host = at::empty(value.sizes(), value.options().device(at::kCPU).pinned_memory(true));
    download->host.copy_(value, /*non_blocking=*/true);
    const c10::impl::VirtualGuardImpl device(settings().device.type());
    download->done = std::make_unique<c10::Event>(settings().device.type());
    download->done->record(device.getStream(settings().device));
    must(napi_create_reference(env, values[0], 1, &download->target), "an array could not be held");
    must(napi_create_promise(env, &download->promise, &promise), "a promise could not be made");
    must(napi_create_string_utf8(env, "retort.download", NAPI_AUTO_LENGTH, &name), "a text could not be made");
    must(napi_create_async_work(env, nullptr, name, waitForDownload, finishDownload, download.get(), &download->work), "work could not be made");
    must(napi_queue_async_work(env, download->work), "work could not be queued");
    download.release();
    return promise;
  });
}

// configure(device text, threads, bfloat16 0 or 1, kernels of our own 0 or 1, whether steps are captured on the CPU too 0 or 1)
napi_value configure(napi_env env, napi_callback_info info) {
  return guarded(env, "configure", [&]() -> napi_value {
    napi_value values[5];
    arguments(env, info, values);
    char name[64];
    size_t length = 0;
    int32_t threads = 0, half = 0, own = 1, captures = 0;
    must(napi_get_value_string_utf8(env, values[0], name, sizeof(name), &length), "the device must be a text");
    must(napi_get_value_int32(env, values[1], &threads), "threads must be a number");
    must(napi_get_value_int32(env, values[2], &half), "precision must be a number");
    must(napi_get_value_int32(env, values[3], &own), "kernels must be a number");
    must(napi_get_value_int32(env, values[4], &captures), "capturing must be a number");
    const at::Device device{std::string(name, length)};
    TORCH_CHECK(device.is_cpu() || device.is_cuda(), "the device is cpu or cuda:N, not ", device.str());
    if (device.is_cuda()) {
      TORCH_CHECK(at::hasCUDA(), "this LibTorch was built without CUDA: install a CUDA build of PyTorch and run build-native again");
      const auto count = at::getNumGPUs();
      TORCH_CHECK(count > 0, "no CUDA device is visible here");
      TORCH_CHECK(device.index() < static_cast<int64_t>(count), "there is no ", device.str(), ": ", count, " CUDA device(s) are visible");
      c10::impl::VirtualGuardImpl(at::kCUDA).setDevice(at::Device(at::kCUDA, std::max<int>(device.index(), 0)));
      // Its attention takes a plan for every new shape, which is made for long and never freed, and adds up in no one order.
      at::globalContext().setSDPUseCuDNN(false);
    }
    if (threads > 0) startThreads(threads);
    settings().device = device.is_cuda() ? at::Device(at::kCUDA, std::max<int>(device.index(), 0)) : at::Device(at::kCPU);
    settings().half = half != 0;
    settings().ownKernels = own != 0;
    settings().looks = device.is_cpu() && (captures == 0 || own != 0);
    askForHugePages();
    return nullptr;
  });
}

// facts() -> what this addon is and runs on.
napi_value facts(napi_env env, napi_callback_info) {
  return guarded(env, "facts", [&]() -> napi_value {
    napi_value object, names;
    must(napi_create_object(env, &object), "an object could not be made");
    put(env, object, "buildId", text(env, RETORT_BUILD_ID));
    put(env, object, "library", text(env, TORCH_VERSION));
    put(env, object, "cudaDevices", number(env, at::hasCUDA() ? at::getNumGPUs() : 0));
    put(env, object, "cuda", number(env, at::hasCUDA() ? 1 : 0));
    put(env, object, "threads", number(env, at::get_num_threads()));
    put(env, object, "capability", text(env, at::get_cpu_capability()));
    must(napi_create_array(env, &names), "a list could not be made");
    for (size_t i = 0; i < operations().size(); ++i) {
      must(napi_set_element(env, names, static_cast<uint32_t>(i), text(env, operations()[i].name)), "a list could not be filled");
    }
    put(env, object, "operations", names);
    return object;
  });
}

// memory() -> tensors alive, steps that rows of embedding tables wait to take, and the device's bytes now and at most (0 on the CPU, whose memory is the process's).
napi_value memory(napi_env env, napi_callback_info) {
  return guarded(env, "memory", [&]() -> napi_value {
    napi_value object;
    must(napi_create_object(env, &object), "an object could not be made");
    put(env, object, "tensors", number(env, static_cast<double>(table().count())));
    double now = 0, peak = 0;
    if (settings().device.is_cuda()) {
      const auto stats = at::accelerator::getDeviceStats(settings().device.index());
      now = static_cast<double>(stats.reserved_bytes[0].current);
      peak = static_cast<double>(stats.reserved_bytes[0].peak);
    }
    put(env, object, "waitingSteps", number(env, static_cast<double>(LateRows::waiting())));
    put(env, object, "nowBytes", number(env, now));
    put(env, object, "peakBytes", number(env, peak));
    return object;
  });
}

// synchronize(): waits until the device has done everything asked of it; for timing.
napi_value synchronize(napi_env env, napi_callback_info) {
  return guarded(env, "synchronize", [&]() -> napi_value {
    if (settings().device.is_cuda()) c10::impl::VirtualGuardImpl(at::kCUDA).synchronizeDevice(settings().device.index());
    return nullptr;
  });
}

void leave(void* env) {
  for (napi_ref& array : arrays) {
    if (array != nullptr) napi_delete_reference(static_cast<napi_env>(env), array);
    array = nullptr;
  }
  integers = nullptr;
  taken = false;
}

}  // namespace
}  // namespace retort

NAPI_MODULE_INIT() {
  using namespace retort;
  if (taken.exchange(true)) {
    napi_throw_error(env, "ERR_RETORT_TORCH", "the torch engine is in use in another thread of this process: it serves one thread");
    return nullptr;
  }
  napi_add_env_cleanup_hook(env, leave, env);
  const struct { const char* name; napi_callback call; } functions[] = {
    {"attach", attach}, {"exec", exec}, {"release", release}, {"replay", replayProgram}, {"capture", captureProgram}, {"launch", launchCapture}, {"upload", upload}, {"download", download}, {"downloadLater", downloadLater},
    {"configure", configure}, {"facts", facts}, {"memory", memory}, {"synchronize", synchronize},
  };
  for (const auto& [name, call] : functions) {
    napi_value function;
    if (napi_create_function(env, name, NAPI_AUTO_LENGTH, call, nullptr, &function) != napi_ok || napi_set_named_property(env, exports, name, function) != napi_ok) return nullptr;
  }
  return exports;
}

// A dropout in one kernel (in bf16 a second one narrows), which LibTorch compiles on the machine itself (its jiterator), so that no CUDA toolkit is
// needed to build this.
#include "dropout.h"
#ifdef RETORT_CUDA
#include <ATen/cuda/jiterator.h>
#endif

namespace retort {
#ifdef RETORT_CUDA
namespace {

// The hash of random.h. All tensors of such a kernel are of one type, so whole numbers come as floats of the same bits: the place of x in its
// tensor, and the key's words where they lie on the device.
const std::string body = R"(
  unsigned h = __float_as_uint(place) + lowBits;
  for (int round = 0; round < 2; ++round) {
    h = (h ^ (h >> 16)) * 0x7feb352du;
    h = (h ^ (h >> 15)) * 0x846ca68bu;
    h ^= h >> 16;
    if (round == 0) h += highBits;
  }
  return x * (h >= (unsigned)threshold ? (float)scale : 0.0f);
}
)";
const std::string byWords = "template <typename T> T retort_dropout(T x, T place, int64_t low, int64_t high, int64_t threshold, double scale) {\n  const unsigned lowBits = (unsigned)low, highBits = (unsigned)high;" + body;
const std::string byKeyOnDevice = "template <typename T> T retort_dropout_keyed(T x, T place, T low, T high, int64_t threshold, double scale) {\n  const unsigned lowBits = __float_as_uint(low), highBits = __float_as_uint(high);" + body;

// 0 to `count` - 1 as bits of floats. Never freed: captured graphs read it where it lies; each is twice the last, so all are twice the longest.
at::Tensor countedTo(int64_t count) {
  static auto& made = *new std::vector<at::Tensor>;
  if (made.empty() || made.back().numel() < count || made.back().device() != settings().device) {
    const int64_t before = made.empty() ? 1 << 16 : 2 * made.back().numel();
    made.push_back(at::arange(std::max(count, before), options(at::kInt)).view(at::kFloat));
  }
  return made.back().narrow(0, 0, count);
}

}  // namespace

std::optional<at::Tensor> droppedByCuda(const at::Tensor& x, const Mask& mask) {
  static bool compiles = true, compiled = false;
  if (!compiles || !x.is_cuda() || x.numel() == 0) return std::nullopt;
  const at::Scalar threshold = static_cast<int64_t>(mask.threshold), scale = static_cast<double>(mask.scale);
  const at::Tensor place = mask.rowStep == 1 ? countedTo(x.numel()).view(x.sizes()) : placesOf(x.sizes(), mask.rowStep).view(at::kFloat);
  try {
    const auto word = [&](int64_t which) { return capturedWord(mask.place, which).view(at::kFloat); };
    const auto made = mask.place < 0
      ? at::cuda::CompileAndLaunchKernel(byWords, "retort_dropout", 1, {x, place}, {static_cast<int64_t>(mask.key.low), static_cast<int64_t>(mask.key.high), threshold, scale}, false)
      : at::cuda::CompileAndLaunchKernel(byKeyOnDevice, "retort_dropout_keyed", 1, {x, place, word(1), word(0)}, {threshold, scale}, false);
    compiled = true;
    return made.front().to(x.scalar_type());
  } catch (const c10::OutOfMemoryError&) {
    throw;
  } catch (const std::exception& error) {
    if (compiled) throw;
    compiles = false;
    TORCH_WARN("a dropout is made of many kernels, since one could not be compiled: ", error.what());
    return std::nullopt;
  }
}
#else
std::optional<at::Tensor> droppedByCuda(const at::Tensor&, const Mask&) { return std::nullopt; }
#endif

}  // namespace retort

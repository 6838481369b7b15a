// A dropout by whole-tensor operations, where the kernels of cpu/ do not serve.
#include "dropout.h"
#include <ATen/Parallel.h>
#include <algorithm>

namespace retort {
namespace {

struct Rows {
  int64_t count, width;

  explicit Rows(at::IntArrayRef sizes) : width(sizes.empty() ? 1 : std::max<int64_t>(1, sizes.back())) { count = c10::multiply_integers(sizes) / width; }
};

// 0 or scale, in float32.
at::Tensor multipliersOnHost(at::IntArrayRef sizes, const Mask& mask) {
  const Rows rows(sizes);
  const at::Tensor made = at::empty(sizes, options(at::kFloat));
  float* const multipliers = made.data_ptr<float>();
  at::parallel_for(0, rows.count, std::max<int64_t>(1, 16384 / rows.width), [&](int64_t from, int64_t to) {
    for (int64_t row = from; row < to; ++row) {
      for (int64_t i = 0; i < rows.width; ++i) multipliers[row * rows.width + i] = bits(mask.key, static_cast<uint32_t>(row * mask.rowStep * rows.width + i)) >= mask.threshold ? mask.scale : 0.0f;
    }
  });
  return made;
}

// The same hash on int32: a shift to the right keeps the sign there, so the high bits are masked off.
at::Tensor multipliersOnDevice(at::IntArrayRef sizes, const Mask& mask) {
  const auto shifted = [](const at::Tensor& h, int by) { return h.bitwise_right_shift(by).bitwise_and_((1 << (32 - by)) - 1); };
  const auto mixed = [&](at::Tensor h) {
    h = h.bitwise_xor(shifted(h, 16)).mul_(static_cast<int32_t>(0x7feb352du));
    h = h.bitwise_xor(shifted(h, 15)).mul_(static_cast<int32_t>(0x846ca68bu));
    return h.bitwise_xor(shifted(h, 16));
  };
  const at::Tensor place = placesOf(sizes, mask.rowStep);
  const at::Tensor drawn = mask.place < 0
    ? mixed(mixed(place.add(static_cast<int32_t>(mask.key.low))).add(static_cast<int32_t>(mask.key.high)))
    : mixed(mixed(place.add(capturedWord(mask.place, 1))).add(capturedWord(mask.place, 0)));
  // Unsigned comparison by moving both sides down half the range.
  const at::Tensor keep = drawn.bitwise_xor(INT32_MIN).ge(static_cast<int32_t>(mask.threshold ^ 0x80000000u));
  return keep.to(at::kFloat).mul_(mask.scale);
}

}  // namespace

at::Tensor placesOf(at::IntArrayRef sizes, int64_t rowStep) {
  const Rows rows(sizes);
  const at::Tensor first = at::arange(rows.count, options(at::kInt)).mul_(rowStep * rows.width);
  return first.unsqueeze(1).add(at::arange(rows.width, options(at::kInt))).reshape(sizes);
}

at::Tensor dropped(const at::Tensor& x, const Mask& mask) {
  if (!mask.active) return x;
  if (const std::optional<at::Tensor> made = droppedByCuda(x, mask)) return *made;
  return full(x).mul(settings().looks ? multipliersOnHost(x.sizes(), mask) : multipliersOnDevice(x.sizes(), mask)).to(x.scalar_type());
}

}  // namespace retort

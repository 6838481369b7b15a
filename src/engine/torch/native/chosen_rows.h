// Rows by numbers that come from outside. On a device LibTorch's own check of such a number ends the process, and to look at it would wait for
// the device; so there nothing is checked and nothing read that is not there.
#pragma once
#include <ATen/ATen.h>
#include "command.h"

namespace retort {

// Slices of x along `axis`, one for each of places [n]. Where numbers are looked at, the caller has refused places outside x; elsewhere such a place has no
// numbers, or, of whole numbers, zeros.
inline at::Tensor chosenRows(const at::Tensor& x, int64_t axis, const at::Tensor& places) {
  if (settings().looks) return x.index_select(axis, places);
  const at::Scalar none = x.is_floating_point() ? at::Scalar(NAN) : at::Scalar(0);
  auto sizes = x.sizes().vec();
  sizes[axis] = places.numel();
  if (x.size(axis) == 0) return at::full(sizes, none, x.options());
  std::vector<int64_t> column(x.dim(), 1);
  column[axis] = places.numel();
  const at::Tensor inside = places.clamp(0, x.size(axis) - 1);
  return x.index_select(axis, inside).masked_fill_(places.ne(inside).view(column), none);
}

}  // namespace retort

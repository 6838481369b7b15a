// Tensors of many megabytes that live for a moment, such as logits over a vocabulary. The allocator asks the system for them afresh each
// time, and the system hands memory out page by page: in pages of two megabytes that takes a small part of the time of 4 KB ones.
#pragma once
#include <ATen/ATen.h>
#include "command.h"
#ifdef __linux__
#include <sys/mman.h>
#endif

namespace retort {

inline at::Tensor largeEmpty(at::IntArrayRef sizes) {
  at::Tensor made = at::empty(sizes, options(at::kFloat));
#ifdef __linux__
  constexpr uintptr_t page = 4096;
  if (made.is_cpu() && made.nbytes() >= (32u << 20)) {
    const uintptr_t start = (reinterpret_cast<uintptr_t>(made.data_ptr()) + page - 1) / page * page;
    madvise(reinterpret_cast<void*>(start), made.nbytes() / page * page - page, MADV_HUGEPAGE);  // a wish: refused, nothing is lost
  }
#endif
  return made;
}

}  // namespace retort

#include "huge_pages.h"
#include <cstdint>
#ifdef __GLIBC__
#include <c10/core/CPUAllocator.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>
#include <atomic>
#endif

namespace retort {
#ifdef __GLIBC__
namespace {

constexpr uintptr_t smallPage = 4096;
constexpr size_t hugePage = 2 << 20;

// A wish: refused, nothing is lost.
void ask(uintptr_t from, uintptr_t to) {
  from = (from + smallPage - 1) / smallPage * smallPage;
  to = to / smallPage * smallPage;
  if (from < to) madvise(reinterpret_cast<void*>(from), to - from, MADV_HUGEPAGE);
}

// LibTorch's allocator, and the wish for what it newly got from the system: the heap's growth, which comes in large steps, and mappings of one tensor.
class HugePages final : public at::Allocator {
 public:
  at::DataPtr allocate(size_t bytes) override {
    at::DataPtr made = under_.allocate(bytes);
    const auto start = reinterpret_cast<uintptr_t>(made.get()), now = reinterpret_cast<uintptr_t>(sbrk(0));
    const uintptr_t before = heapEnd_.exchange(now, std::memory_order_relaxed);
    if (now > before) ask(before, now);
    if (bytes >= hugePage && start >= now) ask(start, start + bytes);
    return made;
  }

  at::DeleterFnPtr raw_deleter() const override { return under_.raw_deleter(); }
  void copy_data(void* to, const void* from, size_t bytes) const override { under_.copy_data(to, from, bytes); }

 private:
  at::Allocator& under_ = *c10::GetDefaultCPUAllocator();
  std::atomic<uintptr_t> heapEnd_{reinterpret_cast<uintptr_t>(sbrk(0))};
};

}  // namespace

void askForHugePages() {
  // Activations of a step are freed and asked for again in the next: kept in the heap, they cost no page fault.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most it accepts
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
  static HugePages* const allocator = new HugePages();  // never destroyed: tensors may outlive everything else
  c10::SetCPUAllocator(allocator, /*priority=*/1);
}
#else
void askForHugePages() {}
#endif

}  // namespace retort

// What the processor can do. Compiled for any.
#include "gemm.h"
#include "rows.h"
#ifdef RETORT_AVX512
#include <cpuid.h>
#endif

namespace retort::cpu {
namespace {

#ifdef RETORT_AVX512
bool vectors() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("fma");
}

// Tile registers with bfloat16 products: leaf 7, EDX bit 22.
bool tiles() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d >> 22 & 1) != 0;
}
#endif

}  // namespace

bool hasRows() {
#ifdef RETORT_AVX512
  static const bool has = vectors();
  return has;
#else
  return false;
#endif
}

// LibTorch multiplies float32 through MKL, which takes its AVX-512 kernels on Intel's processors only.
bool multipliesSingle() {
#ifdef RETORT_AVX512
  static const bool has = vectors() && !__builtin_cpu_is("intel");
  return has;
#else
  return false;
#endif
}

bool hasHalfProducts() {
#ifdef RETORT_AVX512
  static const bool has = vectors() && __builtin_cpu_supports("avx512bf16");
  return has;
#else
  return false;
#endif
}

// With tile registers (AMX), LibTorch's products in bfloat16 are faster than any on vectors.
bool multipliesHalf() {
#ifdef RETORT_AVX512
  static const bool has = hasHalfProducts() && !tiles();
  return has;
#else
  return false;
#endif
}

}  // namespace retort::cpu

// What the processor can do. Compiled for any.
#include "gemm.h"
#include "rows.h"
#ifdef RETORT_AVX512
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace retort::cpu {
namespace {

#ifdef RETORT_AVX512
bool vectors() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("fma");
}

// Tile registers (bit 24 of leaf 7's EDX) with bfloat16 products (bit 22). Linux hands their memory out on request only.
bool tiles() {
  constexpr int requestPermission = 0x1023, tileData = 18;
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d >> 22 & 1) != 0 && (d >> 24 & 1) != 0 && syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
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

bool hasTileRegisters() {
#ifdef RETORT_AVX512
  static const bool has = hasHalfProducts() && tiles();
  return has;
#else
  return false;
#endif
}

}  // namespace retort::cpu

// Operands rounded to bfloat16, as words of two that follow each other along k.
#pragma once
#include "gemm.h"
#include "lanes.h"

namespace retort::cpu {
namespace {

struct Half {
  // Elements in a word.
  static constexpr int64_t width = 2;

  static Lanes multiplyAdd(Lanes sum, __m512i a, __m512i b) { return _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b)); }

  // Sixteen words along k from element k of the row that begins at `start`; zeros from `end` on.
  static __m512i along(const Operand& x, int64_t start, int64_t k, int64_t end) {
    const int64_t left = end - k;
    if (x.half) {
      const __mmask32 mask = left >= 32 ? 0xffffffffu : left <= 0 ? 0 : (1u << left) - 1;
      return _mm512_maskz_loadu_epi16(mask, static_cast<const uint16_t*>(x.data) + start + k);
    }
    const float* row = static_cast<const float*>(x.data) + start + k;
    return reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(_mm512_maskz_loadu_ps(firstOf(left - 16), row + 16), _mm512_maskz_loadu_ps(firstOf(left), row)));
  }

  // The words at k (rows k and k + 1) of sixteen columns from `column`; x has k as its row.
  static __m512i down(const Operand& x, int64_t k, int64_t end, int64_t column, __mmask16 mask) {
    const __mmask16 second = k + 1 < end ? mask : 0;
    const int64_t at = k * x.rowStride + column;
    __m512i rows;  // sixteen of row k, then sixteen of row k + 1
    if (x.half) {
      const uint16_t* data = static_cast<const uint16_t*>(x.data) + at;
      rows = _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_maskz_loadu_epi16(mask, data)), _mm256_maskz_loadu_epi16(second, data + x.rowStride), 1);
    } else {
      const float* data = static_cast<const float*>(x.data) + at;
      rows = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(_mm512_maskz_loadu_ps(second, data + x.rowStride), load(data, mask)));
    }
    alignas(64) static constexpr uint16_t woven[32] = {0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    return _mm512_permutexvar_epi16(_mm512_load_si512(woven), rows);
  }
};

}  // namespace
}  // namespace retort::cpu

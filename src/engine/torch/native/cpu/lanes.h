// Sixteen float32 at a time (AVX-512), and the functions of a transformer on them. Everything defined after this header is compiled
// for AVX-512, so it comes after all others; templates of headers before it keep the instructions every processor has.
#pragma once
#include <immintrin.h>
#include <cmath>
#include <cstdint>
#include "../random.h"
#ifdef RETORT_WITH_TILE_INSTRUCTIONS
#define RETORT_WITH_BFLOAT16_INSTRUCTIONS
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,amx-tile,amx-bf16,fma")
#elif defined(RETORT_WITH_BFLOAT16_INSTRUCTIONS)
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,fma")
#else
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,fma")
#endif

namespace retort::cpu {
namespace {

using Lanes = __m512;

inline Lanes all(float x) { return _mm512_set1_ps(x); }

inline __mmask16 firstOf(int64_t count) { return count >= 16 ? 0xffff : count <= 0 ? 0 : static_cast<__mmask16>((1u << count) - 1); }

inline Lanes widened(__m256i half) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16)); }

// To bfloat16, to the nearest and ties to even, as LibTorch rounds; NaN stays NaN.
inline __m256i narrowed(Lanes x) {
#ifdef RETORT_WITH_BFLOAT16_INSTRUCTIONS
  return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(x));
#else
  const __m512i bits = _mm512_castps_si512(x);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  __m512i rounded = _mm512_srli_epi32(_mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7fff)), odd), 16);
  rounded = _mm512_mask_mov_epi32(rounded, _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q), _mm512_set1_epi32(0x7fc0));
  return _mm512_cvtepi32_epi16(rounded);
#endif
}

// Masked moves to memory are slow on some processors and are not forwarded to the next load, so whole vectors take plain ones.
inline Lanes load(const float* data, __mmask16 mask) { return mask == 0xffff ? _mm512_loadu_ps(data) : _mm512_maskz_loadu_ps(mask, data); }

inline void store(float* data, __mmask16 mask, Lanes x) {
  if (mask == 0xffff) _mm512_storeu_ps(data, x);
  else _mm512_mask_storeu_ps(data, mask, x);
}

// Elements at `data + index` of a float32 or bfloat16 array.
inline Lanes load(const void* data, bool half, int64_t index, __mmask16 mask) {
  if (!half) return load(static_cast<const float*>(data) + index, mask);
  const uint16_t* const at = static_cast<const uint16_t*>(data) + index;
  return widened(mask == 0xffff ? _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)) : _mm256_maskz_loadu_epi16(mask, at));
}

inline void store(void* data, bool half, int64_t index, __mmask16 mask, Lanes x) {
  if (!half) return store(static_cast<float*>(data) + index, mask, x);
  uint16_t* const at = static_cast<uint16_t*>(data) + index;
  if (mask == 0xffff) _mm256_storeu_si256(reinterpret_cast<__m256i*>(at), narrowed(x));
  else _mm256_mask_storeu_epi16(at, mask, narrowed(x));
}

// Sixteen words of `mix` (random.h).
inline __m512i mixed(__m512i h) {
  h = _mm512_mullo_epi32(_mm512_xor_si512(h, _mm512_srli_epi32(h, 16)), _mm512_set1_epi32(0x7feb352d));
  h = _mm512_mullo_epi32(_mm512_xor_si512(h, _mm512_srli_epi32(h, 15)), _mm512_set1_epi32(static_cast<int>(0x846ca68bu)));
  return _mm512_xor_si512(h, _mm512_srli_epi32(h, 16));
}

// A dropout's multipliers of elements index .. index + 15: 0 or its scale.
inline Lanes multipliers(const Mask& mask, int64_t index) {
  const __m512i steps = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i places = _mm512_add_epi32(_mm512_set1_epi32(static_cast<int>(static_cast<uint32_t>(index) + mask.key.low)), steps);
  const __m512i drawn = mixed(_mm512_add_epi32(mixed(places), _mm512_set1_epi32(static_cast<int>(mask.key.high))));
  return _mm512_maskz_mov_ps(_mm512_cmpge_epu32_mask(drawn, _mm512_set1_epi32(static_cast<int>(mask.threshold))), all(mask.scale));
}

// e^x: 2^n times a polynomial in the rest, |rest| <= ln 2 / 2; relative error below 2e-7. Below -87 it is 0, above 88 infinite.
inline Lanes exponential(Lanes x) {
  const Lanes whole = _mm512_roundscale_ps(_mm512_mul_ps(x, all(1.44269504088896341f)), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  Lanes rest = _mm512_fnmadd_ps(whole, all(0.693359375f), x);
  rest = _mm512_fnmadd_ps(whole, all(-2.12194440e-4f), rest);
  Lanes sum = all(1.0f / 5040);
  sum = _mm512_fmadd_ps(sum, rest, all(1.0f / 720));
  sum = _mm512_fmadd_ps(sum, rest, all(1.0f / 120));
  sum = _mm512_fmadd_ps(sum, rest, all(1.0f / 24));
  sum = _mm512_fmadd_ps(sum, rest, all(1.0f / 6));
  sum = _mm512_fmadd_ps(sum, rest, all(0.5f));
  sum = _mm512_fmadd_ps(sum, rest, all(1.0f));
  sum = _mm512_fmadd_ps(sum, rest, all(1.0f));
  const Lanes result = _mm512_scalef_ps(sum, whole);
  return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x, all(-87.0f), _CMP_NLT_UQ), result);
}

// 1 / (1 + e^-x)
inline Lanes sigmoid(Lanes x) { return _mm512_div_ps(all(1), _mm512_add_ps(all(1), exponential(_mm512_sub_ps(_mm512_setzero_ps(), x)))); }

// Φ(x) = (1 + erf(x / √2)) / 2; erf by an odd rational function on [-4, 4] (the minimax fit that engine/wasm uses too).
inline Lanes normalDistribution(Lanes x) {
  const Lanes z = _mm512_max_ps(all(-4.0f), _mm512_min_ps(all(4.0f), _mm512_mul_ps(x, all(0.70710678118654752f))));
  const Lanes q = _mm512_mul_ps(z, z);
  Lanes odd = all(-2.72614225801306e-10f);
  odd = _mm512_fmadd_ps(odd, q, all(2.77068142495902e-08f));
  odd = _mm512_fmadd_ps(odd, q, all(-2.10102402082508e-06f));
  odd = _mm512_fmadd_ps(odd, q, all(-5.69250639462346e-05f));
  odd = _mm512_fmadd_ps(odd, q, all(-7.34990630326855e-04f));
  odd = _mm512_fmadd_ps(odd, q, all(-2.95459980854025e-03f));
  odd = _mm512_fmadd_ps(odd, q, all(-1.60960333262415e-02f));
  Lanes even = all(-1.45660718464996e-05f);
  even = _mm512_fmadd_ps(even, q, all(-2.13374055278905e-04f));
  even = _mm512_fmadd_ps(even, q, all(-1.68282697438203e-03f));
  even = _mm512_fmadd_ps(even, q, all(-7.37332916720468e-03f));
  even = _mm512_fmadd_ps(even, q, all(-1.42647390514189e-02f));
  const Lanes half = _mm512_mul_ps(all(0.5f), _mm512_div_ps(_mm512_mul_ps(z, odd), even));
  return _mm512_add_ps(all(0.5f), half);
}

inline Lanes gelu(Lanes x) { return _mm512_mul_ps(x, normalDistribution(x)); }

// Φ(x) + x φ(x). The error function's complement is a polynomial in t times the exponential that φ needs anyway (Abramowitz &
// Stegun 1964, formula 7.1.26; off by 1.5e-7 at most).
inline Lanes geluSlope(Lanes x) {
  const Lanes bell = exponential(_mm512_mul_ps(all(-0.5f), _mm512_mul_ps(x, x)));
  const Lanes t = _mm512_div_ps(all(1.0f), _mm512_fmadd_ps(_mm512_abs_ps(x), all(0.3275911f * 0.70710678118654752f), all(1.0f)));
  Lanes sum = all(0.5f * 1.061405429f);
  sum = _mm512_fmadd_ps(sum, t, all(0.5f * -1.453152027f));
  sum = _mm512_fmadd_ps(sum, t, all(0.5f * 1.421413741f));
  sum = _mm512_fmadd_ps(sum, t, all(0.5f * -0.284496736f));
  sum = _mm512_fmadd_ps(sum, t, all(0.5f * 0.254829592f));
  const Lanes tail = _mm512_mul_ps(_mm512_mul_ps(sum, t), bell);
  const Lanes below = _mm512_mask_sub_ps(tail, _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_GE_OQ), all(1.0f), tail);
  return _mm512_fmadd_ps(_mm512_mul_ps(x, all(0.39894228040143268f)), bell, below);
}

}  // namespace
}  // namespace retort::cpu

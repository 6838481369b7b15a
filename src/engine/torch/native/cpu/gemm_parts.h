// What every way of multiplying shares: scratch memory, the turning of packed words, the step after a product, and how threads share one.
#pragma once
#include <ATen/Parallel.h>
#include <algorithm>
#include <cstdlib>
#include <new>
#include <numeric>
#include <vector>
#include "gemm.h"
#include "lanes.h"

namespace retort::cpu {
namespace {

constexpr int64_t panelColumns = 32;

// Memory that grows and is kept for the next product of the same thread.
class Scratch {
 public:
  uint32_t* words(int64_t count) {
    if (count > size_) {
      std::free(data_);
      size_ = count;
      data_ = static_cast<uint32_t*>(std::aligned_alloc(64, ((count * 4 + 63) / 64) * 64));
      if (data_ == nullptr) {
        size_ = 0;
        throw std::bad_alloc();
      }
    }
    return data_;
  }
  ~Scratch() { std::free(data_); }

 private:
  uint32_t* data_ = nullptr;
  int64_t size_ = 0;
};

inline int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Asks for the cache lines of sixteen words from an element of x.
inline void fetchAhead(const Operand& x, int64_t index) {
  const char* const at = static_cast<const char*>(x.data) + index * (x.half ? 2 : 4);
  _mm_prefetch(at, _MM_HINT_T1);
  if (!x.half) _mm_prefetch(at + 64, _MM_HINT_T1);
}

// 16 x 16 words, rows to columns.
inline void transpose(__m512i (&r)[16]) {
  __m512i t[16];
  for (int i = 0; i < 8; ++i) {
    t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
  }
  for (int i = 0; i < 4; ++i) {
    r[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
    r[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
  }
  for (int i = 0; i < 4; ++i) {
    t[i] = _mm512_shuffle_i32x4(r[i], r[4 + i], 0x88);
    t[4 + i] = _mm512_shuffle_i32x4(r[i], r[4 + i], 0xdd);
    t[8 + i] = _mm512_shuffle_i32x4(r[8 + i], r[12 + i], 0x88);
    t[12 + i] = _mm512_shuffle_i32x4(r[8 + i], r[12 + i], 0xdd);
  }
  for (int i = 0; i < 4; ++i) {
    r[i] = _mm512_shuffle_i32x4(t[i], t[8 + i], 0x88);
    r[8 + i] = _mm512_shuffle_i32x4(t[i], t[8 + i], 0xdd);
    r[4 + i] = _mm512_shuffle_i32x4(t[4 + i], t[12 + i], 0x88);
    r[12 + i] = _mm512_shuffle_i32x4(t[4 + i], t[12 + i], 0xdd);
  }
}

// Bias, GELU or its gradient on finished sums, and the way home, row by row. Returns Σ c².
inline Lanes finishTile(const Product& p, const float* sums, int64_t stride, int64_t row, int64_t rows, int64_t column) {
  const __mmask16 masks[2] = {firstOf(p.n - column), firstOf(p.n - column - 16)};
  Lanes bias[2] = {_mm512_setzero_ps(), _mm512_setzero_ps()};
  if (p.bias != nullptr) {
    for (int64_t half = 0; half < 2; ++half) bias[half] = load(p.bias + column + 16 * half, masks[half]);
  }
  Lanes squares = _mm512_setzero_ps();
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t half = 0; half < 2; ++half) {
      const __mmask16 mask = masks[half];
      if (mask == 0) break;
      const int64_t index = (row + r) * p.cStride + column + 16 * half;
      Lanes x = _mm512_add_ps(_mm512_loadu_ps(sums + r * stride + 16 * half), bias[half]);
      if (p.gelu) {
        if (p.before != nullptr) store(p.before, p.cHalf, index, mask, x);
        if (p.cHalf) x = widened(narrowed(x));  // what the backward pass will see
        x = gelu(x);
      } else if (p.gate != nullptr) {
        x = _mm512_mul_ps(x, geluSlope(load(p.gate, p.cHalf, index, mask)));
      }
      if (p.add) x = _mm512_add_ps(x, load(p.c, false, index, mask));
      store(p.c, p.cHalf, index, mask, x);
      if (p.squares != nullptr) squares = _mm512_mask3_fmadd_ps(x, x, squares, mask);
    }
  }
  return squares;
}

// Threads share the columns of a wide product and the rows of a tall one, so that each packs little and reads what it packed from
// its own cache. An element of c is summed in the same order whoever computes it; only Σ c² depends on the number of threads.
// part(product, top, bottom, left, right) computes those rows and columns and returns Σ c².
template <typename Part>
void share(const Product& p, bool threads, int64_t rowGrain, Part part) {
  const bool wide = p.n > p.m;
  const int64_t grain = wide ? panelColumns : rowGrain, size = wide ? p.n : p.m, pieces = ceilDivide(size, grain);
  const int64_t workers = threads ? std::clamp<int64_t>(at::get_num_threads(), 1, pieces) : 1;
  std::vector<double> squares(workers, 0.0);
  const auto work = [&](int64_t worker) {
    const int64_t from = worker * pieces / workers * grain, to = std::min(size, (worker + 1) * pieces / workers * grain);
    squares[worker] = wide ? part(p, 0, p.m, from, to) : part(p, from, to, 0, p.n);
  };
  if (workers == 1) {
    work(0);
  } else {
    at::parallel_for(0, workers, 1, [&](int64_t from, int64_t to) {
      for (int64_t worker = from; worker < to; ++worker) work(worker);
    });
  }
  if (p.squares != nullptr) *p.squares = std::accumulate(squares.begin(), squares.end(), 0.0);
}

}  // namespace
}  // namespace retort::cpu

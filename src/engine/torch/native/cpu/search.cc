// The kernels of search.h.
#ifdef RETORT_AVX512
#include <ATen/Parallel.h>
#include <cmath>
#include <vector>
#include "search.h"
#include "lanes.h"

namespace retort::cpu {
namespace {

inline bool above(float a, float b) { return a > b || (std::isnan(a) && !std::isnan(b)); }

// Lanes that may belong among those found: above the least of them, or NaN.
inline __mmask16 candidates(Lanes x, Lanes least) { return _mm512_cmp_ps_mask(x, least, _CMP_NLE_UQ); }

// Puts x behind all that are not below it; the last one falls out.
inline void insert(float x, int32_t place, float* values, int32_t* places, int64_t& found, int64_t count) {
  int64_t at = found < count ? found++ : count - 1;
  for (; at > 0 && above(x, values[at - 1]); --at) {
    values[at] = values[at - 1];
    places[at] = places[at - 1];
  }
  values[at] = x;
  places[at] = place;
}

void largestOfRow(const float* x, float* values, int32_t* places, int64_t width, int64_t count) {
  int64_t found = 0;
  for (int64_t i = 0; i < width; i += 16) {
    const __mmask16 mask = firstOf(width - i);
    uint32_t lanes = found < count ? mask : candidates(load(x + i, mask), all(values[count - 1])) & mask;
    for (; lanes != 0; lanes &= lanes - 1) {
      const int64_t place = i + __builtin_ctz(lanes);
      if (found < count || above(x[place], values[count - 1])) insert(x[place], static_cast<int32_t>(place), values, places, found, count);
    }
  }
}

// Elements per piece of work: enough to be worth a thread.
constexpr int64_t grain = 16384;

}  // namespace

void largest(const float* x, float* values, int32_t* places, int64_t rows, int64_t width, int64_t count) {
  at::parallel_for(0, rows, std::max<int64_t>(1, grain / std::max<int64_t>(1, width)), [&](int64_t from, int64_t to) {
    for (int64_t row = from; row < to; ++row) largestOfRow(x + row * width, values + row * count, places + row * count, width, count);
  });
}

void cachedAttention(const CachedAttention& a) {
  const int64_t width = a.heads * a.depth;
  const int64_t bytes = a.half ? 2 : 4;
  at::parallel_for(0, a.rows, std::max<int64_t>(1, grain / std::max<int64_t>(1, width * a.steps)), [&](int64_t from, int64_t to) {
    std::vector<const char*> keys(a.steps), values(a.steps);
    std::vector<int64_t> seen(a.steps);
    std::vector<float> weights(a.steps);
    for (int64_t row = from; row < to; ++row) {
      int64_t count = 0;
      for (int64_t step = 0; step < a.steps; ++step) {
        const int64_t place = a.places[step * a.rows + row];
        if (place < 0) continue;
        keys[count] = static_cast<const char*>(a.keys[step]) + place * width * bytes;
        values[count] = static_cast<const char*>(a.values[step]) + place * width * bytes;
        seen[count++] = step;
      }
      for (int64_t head = 0; head < a.heads; ++head) {
        const int64_t start = head * a.depth;
        const float* const bias = a.bias == nullptr ? nullptr : a.bias + head * a.steps;
        float most = -INFINITY;
        for (int64_t s = 0; s < count; ++s) {
          Lanes sum = _mm512_setzero_ps();
          for (int64_t d = 0; d < a.depth; d += 16) {
            const __mmask16 mask = firstOf(a.depth - d);
            sum = _mm512_fmadd_ps(load(a.query, a.half, row * width + start + d, mask), load(keys[s], a.half, start + d, mask), sum);
          }
          weights[s] = a.scale * _mm512_reduce_add_ps(sum) + (bias == nullptr ? 0.0f : bias[seen[s]]);
          most = std::max(most, weights[s]);
        }
        Lanes sums = _mm512_setzero_ps();
        for (int64_t s = 0; s < count; s += 16) {
          const __mmask16 mask = firstOf(count - s);
          const Lanes e = _mm512_maskz_mov_ps(mask, exponential(_mm512_sub_ps(load(weights.data() + s, mask), all(most))));
          store(weights.data() + s, mask, e);
          sums = _mm512_add_ps(sums, e);
        }
        const Lanes inverse = all(1 / _mm512_reduce_add_ps(sums));
        for (int64_t d = 0; d < a.depth; d += 16) {
          const __mmask16 mask = firstOf(a.depth - d);
          Lanes sum = _mm512_setzero_ps();
          for (int64_t s = 0; s < count; ++s) sum = _mm512_fmadd_ps(all(weights[s]), load(values[s], a.half, start + d, mask), sum);
          store(a.context, a.half, row * width + start + d, mask, _mm512_mul_ps(sum, inverse));
        }
      }
    }
  });
}

}  // namespace retort::cpu
#endif

// Attention head by head: the scores of one head stay in the cache between their product, their softmax and their use. Backward,
// they are computed again from queries and keys (Dao et al. 2022, "FlashAttention", section 3.1, without its blocks: a head's
// scores fit).
#ifdef RETORT_AVX512
#include <ATen/Parallel.h>
#include <cmath>
#include <vector>
#include "gemm.h"
#include "rows.h"
#include "lanes.h"

namespace retort::cpu {
namespace {

Operand operand(const Heads& heads, int64_t batch, int64_t head) {
  const int64_t start = batch * heads.batchStride + head * heads.headStride;
  const char* data = static_cast<const char*>(heads.data) + start * (heads.half ? 2 : 4);
  return {data, heads.half, heads.rowStride, 1};
}

Operand turned(const Operand& x) { return {x.data, x.half, x.columnStride, x.rowStride}; }

// Scores, a row for each query.
Operand scored(const float* data, int64_t keys) { return {data, false, keys, 1}; }

void multiply(const Attention& f, int64_t m, int64_t n, int64_t k, Operand a, Operand b, const void* c, bool cHalf, int64_t cStride) {
  const Product product{m, n, k, a, b, const_cast<void*>(c), cHalf, cStride};
  if (f.half) multiplyHalfAlone(product);
  else multiplySingleAlone(product);
}

void multiplyInto(const Attention& f, int64_t m, int64_t n, int64_t k, Operand a, Operand b, const Operand& c) { multiply(f, m, n, k, a, b, c.data, c.half, c.rowStride); }

// One row of scores, scaled and biased, in place. Returns its maximum.
inline float biased(float* row, const float* bias, int64_t length, Lanes scale) {
  Lanes most = all(-INFINITY);
  for (int64_t i = 0; i < length; i += 16) {
    const __mmask16 mask = firstOf(length - i);
    const Lanes x = _mm512_fmadd_ps(load(row + i, mask), scale, load(bias + i, mask));
    store(row + i, mask, x);
    most = _mm512_mask_max_ps(most, mask, most, x);
  }
  return _mm512_reduce_max_ps(most);
}

const float* biasRow(const Attention& f, int64_t batch, int64_t head, int64_t row) { return f.bias + batch * f.biasBatch + head * f.biasHead + row * f.biasRow; }

template <typename Work>
void everyHead(const Attention& f, Work work) {
  at::parallel_for(0, f.batch * f.heads, 1, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; ++i) work(i / f.heads, i % f.heads);
  });
}

}  // namespace

void attention(const Attention& f) {
  const int64_t length = f.length, keys = f.keys;
  const Lanes scale = all(static_cast<float>(f.scale));
  everyHead(f, [&](int64_t batch, int64_t head) {
    static thread_local std::vector<float> buffer;
    buffer.resize(length * keys);
    float* const scores = buffer.data();
    const int64_t place = batch * f.heads + head;
    multiply(f, length, keys, f.depth, operand(f.query, batch, head), turned(operand(f.key, batch, head)), scores, false, keys);
    for (int64_t row = 0; row < length; ++row) {
      float* const x = scores + row * keys;
      const float most = biased(x, biasRow(f, batch, head, row), keys, scale);
      Lanes sums = _mm512_setzero_ps();
      for (int64_t i = 0; i < keys; i += 16) {
        const __mmask16 mask = firstOf(keys - i);
        const Lanes e = _mm512_maskz_mov_ps(mask, exponential(_mm512_sub_ps(load(x + i, mask), all(most))));
        store(x + i, mask, e);
        sums = _mm512_add_ps(sums, e);
      }
      const float sum = _mm512_reduce_add_ps(sums);
      f.logSums[place * length + row] = most + std::log(sum);
      const Lanes inverse = all(1 / sum);
      for (int64_t i = 0; i < keys; i += 16) {
        const __mmask16 mask = firstOf(keys - i);
        Lanes p = _mm512_mul_ps(load(x + i, mask), inverse);
        if (f.mask.active) p = _mm512_mul_ps(p, multipliers(f.mask, (place * length + row) * f.mask.rowStep * keys + i));
        store(x + i, mask, p);
      }
    }
    multiplyInto(f, length, f.depth, keys, scored(scores, keys), operand(f.value, batch, head), operand(f.context, batch, head));
  });
}

void attentionGradient(const AttentionGradient& g) {
  const Attention& f = g.forward;
  const int64_t length = f.length, keys = f.keys;
  const Lanes scale = all(static_cast<float>(f.scale));
  everyHead(f, [&](int64_t batch, int64_t head) {
    static thread_local std::vector<float> buffer;
    buffer.resize(2 * length * keys);
    float* const p = buffer.data();
    float* const dp = p + length * keys;
    const int64_t place = batch * f.heads + head;
    const Operand query = operand(f.query, batch, head), key = operand(f.key, batch, head), value = operand(f.value, batch, head), dy = operand(g.dcontext, batch, head);
    multiply(f, length, keys, f.depth, query, turned(key), p, false, keys);
    multiply(f, length, keys, f.depth, dy, turned(value), dp, false, keys);
    // p becomes the dropped probabilities, dp the gradient of the scores.
    for (int64_t row = 0; row < length; ++row) {
      float* const x = p + row * keys;
      float* const dx = dp + row * keys;
      biased(x, biasRow(f, batch, head, row), keys, scale);
      const Lanes logSum = all(f.logSums[place * length + row]);
      Lanes along = _mm512_setzero_ps();
      for (int64_t i = 0; i < keys; i += 16) {
        const __mmask16 mask = firstOf(keys - i);
        const Lanes probability = _mm512_maskz_mov_ps(mask, exponential(_mm512_sub_ps(load(x + i, mask), logSum)));
        Lanes slope = load(dx + i, mask);
        if (f.mask.active) slope = _mm512_mul_ps(slope, multipliers(f.mask, (place * length + row) * f.mask.rowStep * keys + i));
        along = _mm512_fmadd_ps(slope, probability, along);
        store(x + i, mask, probability);
        store(dx + i, mask, slope);
      }
      const Lanes total = all(_mm512_reduce_add_ps(along));
      for (int64_t i = 0; i < keys; i += 16) {
        const __mmask16 mask = firstOf(keys - i);
        const Lanes probability = load(x + i, mask);
        const Lanes dscore = _mm512_mul_ps(_mm512_mul_ps(probability, _mm512_sub_ps(load(dx + i, mask), total)), scale);
        store(dx + i, mask, dscore);
        if (f.mask.active) store(x + i, mask, _mm512_mul_ps(probability, multipliers(f.mask, (place * length + row) * f.mask.rowStep * keys + i)));
      }
    }
    multiplyInto(f, keys, f.depth, length, turned(scored(p, keys)), dy, operand(g.dvalue, batch, head));
    multiplyInto(f, length, f.depth, keys, scored(dp, keys), key, operand(g.dquery, batch, head));
    multiplyInto(f, keys, f.depth, length, turned(scored(dp, keys)), query, operand(g.dkey, batch, head));
  });
}

}  // namespace retort::cpu
#endif

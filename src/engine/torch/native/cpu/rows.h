// The element-wise and row-wise parts of a transformer on the CPU, each in one pass over memory. Arrays are float32 or, where a
// `half` flag says so, bfloat16; sums and statistics are float32. For processors with AVX-512; LibTorch's kernels serve elsewhere.
#pragma once
#include <cstdint>
#include "../random.h"

namespace retort::cpu {

// Whether the processor runs these kernels.
bool hasRows();

struct Values {
  void* data;
  bool half;
};

void gelu(Values x, Values y, int64_t count);
// dx = dy gelu'(x)
void geluGradient(Values dy, Values x, Values dx, int64_t count);

void silu(Values x, Values y, int64_t count);
// dx = dy silu'(x)
void siluGradient(Values dy, Values x, Values dx, int64_t count);

// y = x times the mask's multipliers, plus `residual` where there is one (data null: none); `count` numbers in rows of `width`.
void dropout(Values x, Values residual, Values y, int64_t count, int64_t width, const Mask& mask);

// z = residual + mask x (where there is a residual; else z is x and is not written); y = norm of z. rows of `width`.
struct Norm {
  Values x, residual, z, y;
  const float *weight, *bias;
  int64_t rows, width;
  double epsilon;
  Mask mask;
};
void layerNorm(const Norm& norm);

// The gradient: dz, and mask dz in dx where a residual was added; dweight and dbias are [width].
struct NormGradient {
  Values dy, z, dz, dx;
  const float* weight;
  float *dweight, *dbias;
  int64_t rows, width;
  double epsilon;
  Mask mask;
};
void layerNormGradient(const NormGradient& gradient);

// sums [width] = Σ over rows of x.
void columnSums(Values x, float* sums, int64_t rows, int64_t width);

double sumOfSquares(Values x, int64_t count);

struct AdamWRates {
  float keep, beta1, beta2, rate, inverseRootCorrection, epsilon;
};
// One parameter's part of an AdamW step.
struct AdamW {
  float *value, *first, *second;
  Values gradient;
  int64_t count;
  float clip;
  AdamWRates rates;
};
void adamW(const AdamW& step);
// The same for some rows of a table, each once.
void adamWRows(const AdamW& step, int64_t width, const int32_t* rows, int64_t count);

// Rows of a table, each once, take the steps [from, stepCount) that they missed, without a gradient.
struct AdamWMissed {
  float *value, *first, *second;
  int64_t width;
  const int32_t *rows, *from;
  int64_t count;
  const AdamWRates* steps;
  int64_t stepCount;
};
void adamWMissed(const AdamWMissed& missed);

// Rows of the table that `ids` name, summed into `sums` [rows of the table, width]; `skip` gives nothing.
void scatterRows(Values dy, const int32_t* ids, int64_t count, int64_t width, int32_t skip, float* sums);

// softmax(scale q kᵀ + bias) v per batch row and head, with dropout on the probabilities. Strides in elements; the last axis of
// query, key, value, context and their gradients is contiguous.
struct Heads {
  void* data;
  bool half;
  int64_t batchStride, headStride, rowStride;
};
struct Attention {
  Heads query, key, value, context;
  const float* bias;
  int64_t biasBatch, biasHead, biasRow;  // strides; its last axis is contiguous
  // [batch, heads, length]: log Σ exp of every row of scores
  float* logSums;
  int64_t batch, heads, length, depth;
  // Of keys and values; `length` is the queries'.
  int64_t keys;
  double scale;
  Mask mask;
  // Products in bfloat16.
  bool half;
};
void attention(const Attention& forward);

struct AttentionGradient {
  Attention forward;  // context is not read
  Heads dcontext, dquery, dkey, dvalue;
};
void attentionGradient(const AttentionGradient& backward);

}  // namespace retort::cpu

// What a search over a decoder asks for beside products of matrices.
#pragma once
#include <cstdint>

namespace retort::cpu {

// The `count` largest of each row of `width`, largest first, equal ones in the order of their places; NaN counts as largest.
// values and places are [rows, count]; count is at most `mostTaken`.
constexpr int64_t mostTaken = 256;
void largest(const float* x, float* values, int32_t* places, int64_t rows, int64_t width, int64_t count);

// One token's attention to keys and values that lie in several arrays of rows (of heads * depth numbers): step s of row r is the row
// places[s * rows + r] of array s; below 0 it is not seen. query and context are [rows, heads * depth]; bias is [heads, steps] or null.
struct CachedAttention {
  const void *query, *const *keys, *const *values;
  void* context;
  const int32_t* places;
  const float* bias;
  int64_t rows, heads, depth, steps;
  float scale;
  // All arrays are bfloat16.
  bool half;
};
void cachedAttention(const CachedAttention& asked);

}  // namespace retort::cpu

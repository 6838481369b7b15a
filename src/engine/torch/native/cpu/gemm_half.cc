// Products of operands rounded to bfloat16, with sums in float32, on vectors.
#ifdef RETORT_AVX512
#define RETORT_WITH_BFLOAT16_INSTRUCTIONS
#include "gemm_tiles.h"
#include "half_words.h"

namespace retort::cpu {

void multiplyHalf(const Product& product) {
  if (hasTileRegisters()) multiplyByTiles(product);
  else multiply<Half>(product, true);
}

void multiplyHalfAlone(const Product& product) {
  if (hasTileRegisters()) multiplyByTilesAlone(product);
  else multiply<Half>(product, false);
}

}  // namespace retort::cpu
#endif

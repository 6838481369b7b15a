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

int64_t packedWordsHalf(int64_t k, int64_t n) { return hasTileRegisters() ? packedWordsByTiles(k, n) : packedWordsOf<Half>(k, n); }

void packHalf(const Operand& b, int64_t k, int64_t n, uint32_t* packed) {
  if (hasTileRegisters()) packByTiles(b, k, n, packed);
  else packWhole<Half>(b, k, n, packed);
}

}  // namespace retort::cpu
#endif

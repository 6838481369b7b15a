// Products in float32.
#ifdef RETORT_AVX512
#include "gemm_tiles.h"

namespace retort::cpu {
namespace {

struct Single {
  // Elements in a word.
  static constexpr int64_t width = 1;

  static Lanes multiplyAdd(Lanes sum, __m512i a, __m512i b) { return _mm512_fmadd_ps(_mm512_castsi512_ps(a), _mm512_castsi512_ps(b), sum); }

  // Sixteen words along k from element k of the row that begins at `start`; zeros from `end` on.
  static __m512i along(const Operand& x, int64_t start, int64_t k, int64_t end) {
    return _mm512_castps_si512(load(x.data, x.half, start + k, firstOf(end - k)));
  }

  // The words at k of sixteen columns from `column`; x has k as its row.
  static __m512i down(const Operand& x, int64_t k, int64_t, int64_t column, __mmask16 mask) {
    return _mm512_castps_si512(load(x.data, x.half, k * x.rowStride + column, mask));
  }
};

}  // namespace

void multiplySingle(const Product& product) { multiply<Single>(product, true); }
void multiplySingleAlone(const Product& product) { multiply<Single>(product, false); }

int64_t packedWordsSingle(int64_t k, int64_t n) { return packedWordsOf<Single>(k, n); }
void packSingle(const Operand& b, int64_t k, int64_t n, uint32_t* packed) { packWhole<Single>(b, k, n, packed); }

}  // namespace retort::cpu
#endif

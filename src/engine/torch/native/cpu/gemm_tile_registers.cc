// Products of operands rounded to bfloat16, with sums in float32, on tile registers (AMX): 32 x 32 sums in four tiles, made of two
// tiles of a and two of b over 32 of k at a time.
//
// A tile is sixteen rows of sixteen words and lies in one kilobyte of memory. Packed operands are made of pairs of tiles:
//   a: per 32 of k: rows 0-15, rows 16-31; a row's words follow k
//   b: panels of 32 columns; in each, per 32 of k: columns 0-15, columns 16-31; a tile's rows follow k
#ifdef RETORT_AVX512
#define RETORT_WITH_TILE_INSTRUCTIONS
#include "gemm_parts.h"
#include "half_words.h"

namespace retort::cpu {
namespace {

constexpr int64_t blockRows = 32, tileWords = 256, pairWords = 2 * tileWords;
// Elements of k that one pair of tiles takes, and pairs per pass: a block of a (32 KB) stays in the first-level cache.
constexpr int64_t pairDepth = 32, passPairs = 16;
// Of the second-level cache, the columns of b that a pass needs take 384 KB and the sums held between passes 768 KB.
constexpr int64_t groupColumns = 384, groupRows = 512;

struct alignas(64) TileShapes {
  uint8_t palette = 1, start = 0, none[14] = {};
  uint16_t rowBytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// Makes the tiles whole ones while it lives; the registers are the thread's, and LibTorch's kernels shape them otherwise.
class WholeTiles {
 public:
  WholeTiles() {
    static const TileShapes shapes;  // not on the stack: to the compiler the instruction reads its first eight bytes only
    _tile_loadconfig(&shapes);
  }
  ~WholeTiles() { _tile_release(); }
  WholeTiles(const WholeTiles&) = delete;
  WholeTiles& operator=(const WholeTiles&) = delete;
};

int64_t pairsOf(int64_t k) { return ceilDivide(k, pairDepth); }

// Panels of b from column `first` over `pairs` pairs from the pair `from`; a panel takes `panelWords` words.
void packPanels(const Operand& b, int64_t n, int64_t k, int64_t first, int64_t panels, int64_t from, int64_t pairs, uint32_t* packed, int64_t panelWords) {
  if (b.columnStride == 1) {
    // A row of b lies together in memory, so it is dealt to all panels before the next.
    for (int64_t row = 0; row < 16 * pairs; ++row) {
      const int64_t at = (from * 16 + row) * Half::width;
      for (int64_t panel = 0; panel < panels; ++panel) {
        uint32_t* const to = packed + panel * panelWords + row / 16 * pairWords + row % 16 * 16;
        const int64_t column = first + panel * panelColumns;
        const bool inside = at < k;
        _mm512_store_si512(to, inside ? Half::down(b, at, k, column, firstOf(n - column)) : _mm512_setzero_si512());
        _mm512_store_si512(to + tileWords, inside ? Half::down(b, at, k, column + 16, firstOf(n - column - 16)) : _mm512_setzero_si512());
      }
    }
    return;
  }
  for (int64_t half = 0; half < 2 * panels; ++half) {
    for (int64_t pair = 0; pair < pairs; ++pair) {
      const int64_t at = (from + pair) * pairDepth;
      __m512i block[16];
      for (int64_t i = 0; i < 16; ++i) {
        const int64_t column = first + 16 * half + i;
        block[i] = column < n ? Half::along(b, column * b.columnStride, at, k) : _mm512_setzero_si512();
        if (column + 16 < n) fetchAhead(b, (column + 16) * b.columnStride + at);  // the same place of the next sixteen
      }
      transpose(block);
      uint32_t* const to = packed + half / 2 * panelWords + pair * pairWords + half % 2 * tileWords;
      for (int64_t i = 0; i < 16; ++i) _mm512_store_si512(to + 16 * i, block[i]);
    }
  }
}

// Rows `first .. first + 31` of a, zeros from row `end` on.
void packBlock(const Operand& a, int64_t k, int64_t first, int64_t end, int64_t from, int64_t pairs, uint32_t* packed) {
  const int64_t tiles = end - first > 16 ? 2 : 1;
  if (a.columnStride == 1) {
    for (int64_t row = 0; row < 16 * tiles; ++row) {
      uint32_t* const to = packed + row / 16 * tileWords + row % 16 * 16;
      for (int64_t pair = 0; pair < pairs; ++pair) {
        _mm512_store_si512(to + pair * pairWords, first + row < end ? Half::along(a, (first + row) * a.rowStride, (from + pair) * pairDepth, k) : _mm512_setzero_si512());
      }
    }
    return;
  }
  const Operand turned{a.data, a.half, a.columnStride, a.rowStride};  // k is its row
  for (int64_t pair = 0; pair < pairs; ++pair) {
    for (int64_t tile = 0; tile < tiles; ++tile) {
      const __mmask16 mask = firstOf(end - first - 16 * tile);
      __m512i block[16];
      for (int64_t i = 0; i < 16; ++i) {
        const int64_t at = (from + pair) * pairDepth + i * Half::width;
        block[i] = at < k ? Half::down(turned, at, k, first + 16 * tile, mask) : _mm512_setzero_si512();
      }
      transpose(block);
      uint32_t* const to = packed + pair * pairWords + tile * tileWords;
      for (int64_t i = 0; i < 16; ++i) _mm512_store_si512(to + 16 * i, block[i]);
    }
  }
}

// sums [16 or 32][stride] (+)= a block of a times a panel of b.
template <bool both>
void multiplyBlock(const uint32_t* a, const uint32_t* b, int64_t pairs, float* sums, int64_t stride, bool fresh) {
  const int64_t bytes = stride * 4;
  if (fresh) {
    _tile_zero(0);
    _tile_zero(1);
    if constexpr (both) {
      _tile_zero(2);
      _tile_zero(3);
    }
  } else {
    _tile_loadd(0, sums, bytes);
    _tile_loadd(1, sums + 16, bytes);
    if constexpr (both) {
      _tile_loadd(2, sums + 16 * stride, bytes);
      _tile_loadd(3, sums + 16 * stride + 16, bytes);
    }
  }
  for (int64_t pair = 0; pair < pairs; ++pair, a += pairWords, b += pairWords) {
    _tile_loadd(4, a, 64);
    _tile_stream_loadd(6, b, 64);  // passes through: the block of a is to stay in the first-level cache
    _tile_stream_loadd(7, b + tileWords, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    if constexpr (both) {
      _tile_loadd(5, a + tileWords, 64);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
  }
  _tile_stored(0, sums, bytes);
  _tile_stored(1, sums + 16, bytes);
  if constexpr (both) {
    _tile_stored(2, sums + 16 * stride, bytes);
    _tile_stored(3, sums + 16 * stride + 16, bytes);
  }
}

// The part of c in rows `top .. bottom - 1` and columns `left .. right - 1`, by one thread. Returns Σ c².
double multiplyPart(const Product& p, int64_t top, int64_t bottom, int64_t left, int64_t right) {
  static thread_local Scratch forA, forB, forSums;
  const WholeTiles tiles;
  const int64_t allPairs = pairsOf(p.k), passes = ceilDivide(allPairs, passPairs), evenPairs = ceilDivide(allPairs, passes);
  const int64_t rowsAtATime = passes == 1 ? bottom - top : groupRows, stride = passes == 1 ? panelColumns : groupColumns;
  uint32_t* const packedA = forA.words(evenPairs * pairWords);
  uint32_t* const ownB = p.packedB == nullptr ? forB.words(groupColumns / panelColumns * evenPairs * pairWords) : nullptr;
  float* const sums = reinterpret_cast<float*>(forSums.words((passes == 1 ? blockRows : groupRows) * stride));
  Lanes squares = _mm512_setzero_ps();
  for (int64_t column = left; column < right; column += groupColumns) {
    const int64_t columns = std::min(groupColumns, right - column), panels = ceilDivide(columns, panelColumns);
    for (int64_t group = top; group < bottom; group += rowsAtATime) {
      const int64_t rows = std::min(rowsAtATime, bottom - group);
      for (int64_t from = 0; from < allPairs; from += evenPairs) {
        const int64_t pairs = std::min(evenPairs, allPairs - from);
        const bool last = from + pairs == allPairs;
        const uint32_t* b = ownB;
        int64_t panelWords = pairs * pairWords;
        if (ownB != nullptr) {
          packPanels(p.b, p.n, p.k, column, panels, from, pairs, ownB, panelWords);
        } else {
          panelWords = allPairs * pairWords;
          b = p.packedB + column / panelColumns * panelWords + from * pairWords;
        }
        for (int64_t row = 0; row < rows; row += blockRows) {
          const int64_t count = std::min(blockRows, rows - row);
          packBlock(p.a, p.k, group + row, group + row + count, from, pairs, packedA);
          for (int64_t panel = 0; panel < panels; ++panel) {
            float* const at = passes == 1 ? sums : sums + row * stride + panel * panelColumns;
            (count > 16 ? multiplyBlock<true> : multiplyBlock<false>)(packedA, b + panel * panelWords, pairs, at, stride, from == 0);
            if (last) squares = _mm512_add_ps(squares, finishTile(p, at, stride, group + row, count, column + panel * panelColumns));
          }
        }
      }
    }
  }
  return _mm512_reduce_add_ps(squares);
}

}  // namespace

void multiplyByTiles(const Product& product) { share(product, true, blockRows, multiplyPart); }
void multiplyByTilesAlone(const Product& product) { share(product, false, blockRows, multiplyPart); }

int64_t packedWordsByTiles(int64_t k, int64_t n) { return ceilDivide(n, panelColumns) * pairsOf(k) * pairWords; }

void packByTiles(const Operand& b, int64_t k, int64_t n, uint32_t* packed) {
  at::parallel_for(0, ceilDivide(n, panelColumns), 1, [&](int64_t from, int64_t to) {
    packPanels(b, n, k, from * panelColumns, to - from, 0, pairsOf(k), packed + from * pairsOf(k) * pairWords, pairsOf(k) * pairWords);
  });
}

}  // namespace retort::cpu
#endif

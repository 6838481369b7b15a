// The product itself, for one way of multiplying `Way`: packing, tiles of 14 x 32 in registers, and the step after. After Goto &
// van de Geijn 2008, "Anatomy of high-performance matrix multiplication". Included once per way.
//
// Packed operands are made of 32-bit words: one float32, or two bfloat16 that follow each other along k.
//   b: panels of 32 columns, each [words of k][32]; zeros beyond n and k
//   a: row-major, [14 rows][kWords] (a row of k is contiguous in memory), or k-major, [words of k][16] (a column is)
#pragma once
#include "gemm_parts.h"

namespace retort::cpu {
namespace {

constexpr int64_t tileRows = 14;
// Words of k per pass: a panel of b (32 KB) stays in the first-level cache.
constexpr int64_t kWords = 256;
// Tiles of a per block: 112 KB, in the second-level cache beside the columns of b that a pass needs (384 KB).
constexpr int64_t blockTiles = 8, groupColumns = 384;
// Rows whose unfinished sums are held while the passes go on.
constexpr int64_t groupRows = 37 * tileRows;

// Panels of b [k, n] from column `first` over `words` words from the word `from`; a panel takes `panelWords` words.
template <typename Way>
void packPanels(const Operand& b, int64_t n, int64_t k, int64_t first, int64_t panels, int64_t from, int64_t words, uint32_t* packed, int64_t panelWords) {
  if (b.columnStride == 1) {
    // A row of b lies together in memory, so it is dealt to all panels before the next.
    for (int64_t w = 0; w < words; ++w) {
      for (int64_t panel = 0; panel < panels; ++panel) {
        const int64_t column = first + panel * panelColumns;
        uint32_t* const at = packed + panel * panelWords + w * panelColumns;
        _mm512_store_si512(at, Way::down(b, (from + w) * Way::width, k, column, firstOf(n - column)));
        _mm512_store_si512(at + 16, Way::down(b, (from + w) * Way::width, k, column + 16, firstOf(n - column - 16)));
      }
    }
    return;
  }
  for (int64_t half = 0; half < 2 * panels; ++half) {
    uint32_t* const at = packed + half / 2 * panelWords + 16 * (half % 2);
    for (int64_t w = 0; w < words; w += 16) {
      __m512i block[16];
      for (int64_t i = 0; i < 16; ++i) {
        const int64_t column = first + 16 * half + i;
        block[i] = column < n ? Way::along(b, column * b.columnStride, (from + w) * Way::width, k) : _mm512_setzero_si512();
        if (column + 16 < n) fetchAhead(b, (column + 16) * b.columnStride + (from + w) * Way::width);  // the same place of the next sixteen
      }
      transpose(block);
      const int64_t count = std::min<int64_t>(16, words - w);
      for (int64_t i = 0; i < count; ++i) _mm512_store_si512(at + (w + i) * panelColumns, block[i]);
    }
  }
}

// Rows `first .. first + rows - 1` of a over words `k ..` into `to`, tile by tile.
template <typename Way>
void packRows(const Product& p, int64_t first, int64_t rows, int64_t k, int64_t words, uint32_t* to) {
  if (p.a.columnStride == 1) {
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t w = 0; w < words; w += 16) _mm512_store_si512(to + r * kWords + w, Way::along(p.a, (first + r) * p.a.rowStride, (k + w) * Way::width, p.k));
    }
    return;
  }
  const Operand turned{p.a.data, p.a.half, p.a.columnStride, p.a.rowStride};  // k is its row
  for (int64_t r = 0; r < rows; r += tileRows) {
    const __mmask16 mask = firstOf(std::min(tileRows, rows - r));
    for (int64_t w = 0; w < words; ++w) _mm512_store_si512(to + (r / tileRows) * 16 * kWords + 16 * w, Way::down(turned, (k + w) * Way::width, p.k, first + r, mask));
  }
}

// sums [rows][stride] (+)= a tile of a times a panel of b. Meanwhile the same words of the next panel are fetched: where b was packed long ago and a
// has few rows, they come from memory.
template <typename Way, int rows, bool kMajor>
void multiplyTile(const uint32_t* a, const uint32_t* b, int64_t words, int64_t panelWords, float* sums, int64_t stride, bool fresh) {
  Lanes sum[rows][2];
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) {
    sum[r][0] = fresh ? _mm512_setzero_ps() : _mm512_loadu_ps(sums + r * stride);
    sum[r][1] = fresh ? _mm512_setzero_ps() : _mm512_loadu_ps(sums + r * stride + 16);
  }
  for (int64_t w = 0; w < words; ++w) {
    const __m512i left = _mm512_load_si512(b), right = _mm512_load_si512(b + 16);
    _mm_prefetch(b + panelWords, _MM_HINT_T1);
    _mm_prefetch(b + panelWords + 16, _MM_HINT_T1);
    b += panelColumns;
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) {
      const __m512i word = _mm512_set1_epi32(static_cast<int>(a[kMajor ? r : r * kWords]));
      sum[r][0] = Way::multiplyAdd(sum[r][0], word, left);
      sum[r][1] = Way::multiplyAdd(sum[r][1], word, right);
    }
    a += kMajor ? 16 : 1;
  }
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) {
    _mm512_storeu_ps(sums + r * stride, sum[r][0]);
    _mm512_storeu_ps(sums + r * stride + 16, sum[r][1]);
  }
}

using TileFunction = void (*)(const uint32_t*, const uint32_t*, int64_t, int64_t, float*, int64_t, bool);

template <typename Way, bool kMajor>
TileFunction tileOf(int64_t rows) {
  static constexpr TileFunction functions[tileRows] = {
    multiplyTile<Way, 1, kMajor>, multiplyTile<Way, 2, kMajor>, multiplyTile<Way, 3, kMajor>, multiplyTile<Way, 4, kMajor>, multiplyTile<Way, 5, kMajor>,
    multiplyTile<Way, 6, kMajor>, multiplyTile<Way, 7, kMajor>, multiplyTile<Way, 8, kMajor>, multiplyTile<Way, 9, kMajor>, multiplyTile<Way, 10, kMajor>,
    multiplyTile<Way, 11, kMajor>, multiplyTile<Way, 12, kMajor>, multiplyTile<Way, 13, kMajor>, multiplyTile<Way, 14, kMajor>};
  return functions[rows - 1];
}

// The part of c in rows `top .. bottom - 1` and columns `left .. right - 1`, by one thread. Every pass over 256 words of k packs a
// group of columns of b into the second-level cache and a block of rows of a at a time against it. Returns Σ c².
template <typename Way>
double multiplyPart(const Product& p, int64_t top, int64_t bottom, int64_t left, int64_t right) {
  static thread_local Scratch forA, forB, forSums;
  const bool kMajor = p.a.columnStride != 1;
  const int64_t allWords = ceilDivide(p.k, Way::width);
  const bool onePass = allWords <= kWords;
  uint32_t* const packedA = forA.words(blockTiles * 16 * kWords);
  uint32_t* const ownB = p.packedB == nullptr ? forB.words(groupColumns * kWords) : nullptr;
  const int64_t stride = onePass ? panelColumns : groupColumns;
  float* const sums = reinterpret_cast<float*>(forSums.words((onePass ? tileRows : groupRows) * stride));
  Lanes squares = _mm512_setzero_ps();
  for (int64_t column = left; column < right; column += groupColumns) {
    const int64_t columns = std::min(groupColumns, right - column), panels = ceilDivide(columns, panelColumns);
    for (int64_t group = top; group < bottom; group += groupRows) {
      const int64_t rows = std::min(groupRows, bottom - group), tiles = ceilDivide(rows, tileRows), blocks = ceilDivide(tiles, blockTiles);
      for (int64_t k = 0; k < allWords; k += kWords) {
        const int64_t words = std::min(kWords, allWords - k);
        const uint32_t* b = ownB;
        int64_t panelWords = words * panelColumns;
        if (ownB != nullptr) {
          packPanels<Way>(p.b, p.n, p.k, column, panels, k, words, ownB, panelWords);
        } else {
          panelWords = allWords * panelColumns;
          b = p.packedB + column / panelColumns * panelWords + k * panelColumns;
        }
        for (int64_t block = 0; block < blocks; ++block) {
          const int64_t firstTile = block * tiles / blocks, lastTile = (block + 1) * tiles / blocks;
          const int64_t firstRow = firstTile * tileRows, lastRow = std::min(rows, lastTile * tileRows);
          packRows<Way>(p, group + firstRow, lastRow - firstRow, k, words, packedA);
          for (int64_t panel = 0; panel < panels; ++panel) {
            for (int64_t row = firstRow; row < lastRow; row += tileRows) {
              const int64_t count = std::min(tileRows, lastRow - row);
              const uint32_t* const a = packedA + (row - firstRow) / tileRows * (kMajor ? 16 : tileRows) * kWords;
              float* const at = onePass ? sums : sums + row * stride + panel * panelColumns;
              (kMajor ? tileOf<Way, true>(count) : tileOf<Way, false>(count))(a, b + panel * panelWords, words, panelWords, at, stride, k == 0);
              if (k + words == allWords) squares = _mm512_add_ps(squares, finishTile(p, at, stride, group + row, count, column + panel * panelColumns));
            }
          }
        }
      }
    }
  }
  return _mm512_reduce_add_ps(squares);
}

template <typename Way>
void multiply(const Product& p, bool threads) {
  share(p, threads, tileRows, multiplyPart<Way>);
}

template <typename Way>
int64_t packedWordsOf(int64_t k, int64_t n) { return ceilDivide(n, panelColumns) * panelColumns * ceilDivide(k, Way::width); }

template <typename Way>
void packWhole(const Operand& b, int64_t k, int64_t n, uint32_t* packed) {
  const int64_t words = ceilDivide(k, Way::width), panelWords = words * panelColumns;
  at::parallel_for(0, ceilDivide(n, panelColumns), 1, [&](int64_t from, int64_t to) {
    packPanels<Way>(b, n, k, from * panelColumns, to - from, 0, words, packed + from * panelWords, panelWords);
  });
}

}  // namespace
}  // namespace retort::cpu

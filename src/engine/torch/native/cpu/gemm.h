// Matrix products on the CPU with what comes after them done while the result is still in the cache. For processors with AVX-512,
// on which LibTorch's own float32 products run at half speed when they are not Intel's; LibTorch multiplies everywhere else.
#pragma once
#include <cstdint>

namespace retort::cpu {

// A matrix somewhere in memory: float32 or bfloat16, rows or columns contiguous.
struct Operand {
  const void* data;
  bool half;
  // Elements from one row to the next and from one column to the next; one of the two is 1.
  int64_t rowStride, columnStride;
};

// c [m, n] = a [m, k] b [k, n], then in this order: + bias, the step of `after`.
struct Product {
  int64_t m, n, k;
  Operand a, b;
  void* c;
  bool cHalf;
  // Elements from one row of c to the next; also of `before` and `gate`.
  int64_t cStride;
  // [n], or none.
  const float* bias = nullptr;
  // c = gelu(x); x itself goes to `before` where its gradient is wanted (same type as c).
  bool gelu = false;
  void* before = nullptr;
  // GELU's gradient: c = x gelu'(gate), gate in the same type as c.
  const void* gate = nullptr;
  // c += instead of c =; float32 only.
  bool add = false;
  // When asked for: Σ c² of what was stored.
  double* squares = nullptr;
  // b as packSingle or packHalf left it, which is then not packed anew.
  const uint32_t* packedB = nullptr;
};

// Whether the processor multiplies float32 better with these kernels than through LibTorch. (Able to is every one that has rows.h.)
bool multipliesSingle();

// Whether it can multiply bfloat16 with them; they are then the better ones.
bool hasHalfProducts();

// Whether it has tile registers, and the system lets this process use them.
bool hasTileRegisters();

// Products in float32, or of operands rounded to bfloat16 with sums in float32.
void multiplySingle(const Product& product);
void multiplyHalf(const Product& product);

// An operand b [k, n] that is used often is packed once, into so many words.
int64_t packedWordsSingle(int64_t k, int64_t n);
int64_t packedWordsHalf(int64_t k, int64_t n);
void packSingle(const Operand& b, int64_t k, int64_t n, uint32_t* packed);
void packHalf(const Operand& b, int64_t k, int64_t n, uint32_t* packed);

// Without threads, for use inside a parallel region.
void multiplySingleAlone(const Product& product);
void multiplyHalfAlone(const Product& product);

// The same for halves where there are tile registers.
void multiplyByTiles(const Product& product);
void multiplyByTilesAlone(const Product& product);
int64_t packedWordsByTiles(int64_t k, int64_t n);
void packByTiles(const Operand& b, int64_t k, int64_t n, uint32_t* packed);

}  // namespace retort::cpu

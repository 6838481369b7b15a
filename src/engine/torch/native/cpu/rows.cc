// The kernels of rows.h.
#ifdef RETORT_AVX512
#include <ATen/Parallel.h>
#include <algorithm>
#include <vector>
#include "rows.h"
#include "lanes.h"

namespace retort::cpu {
namespace {

// Elements per piece of work: enough to be worth a thread.
constexpr int64_t grain = 16384;

inline Lanes load(Values x, int64_t index, __mmask16 mask) { return load(x.data, x.half, index, mask); }
inline void store(Values x, int64_t index, __mmask16 mask, Lanes value) { store(x.data, x.half, index, mask, value); }

// work(index, lanes that count) for every sixteen of `count` elements.
template <typename Work>
void everySixteen(int64_t count, Work work) {
  at::parallel_for(0, (count + 15) / 16, grain / 16, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; ++i) work(16 * i, firstOf(count - 16 * i));
  });
}

struct Statistics {
  Lanes mean, inverseDeviation;
};

// Of one row, in two passes over it, as its variance is small beside its square.
inline Statistics statistics(Values z, int64_t start, int64_t width, double epsilon) {
  Lanes sum = _mm512_setzero_ps();
  for (int64_t i = 0; i < width; i += 16) sum = _mm512_add_ps(sum, load(z, start + i, firstOf(width - i)));
  const Lanes mean = all(_mm512_reduce_add_ps(sum) / static_cast<float>(width));
  Lanes squares = _mm512_setzero_ps();
  for (int64_t i = 0; i < width; i += 16) {
    const __mmask16 mask = firstOf(width - i);
    const Lanes off = _mm512_maskz_sub_ps(mask, load(z, start + i, mask), mean);
    squares = _mm512_fmadd_ps(off, off, squares);
  }
  const float variance = _mm512_reduce_add_ps(squares) / static_cast<float>(width);
  return {mean, all(static_cast<float>(1 / std::sqrt(static_cast<double>(variance) + epsilon)))};
}

}  // namespace

void gelu(Values x, Values y, int64_t count) {
  everySixteen(count, [&](int64_t i, __mmask16 mask) { store(y, i, mask, gelu(load(x, i, mask))); });
}

void geluGradient(Values dy, Values x, Values dx, int64_t count) {
  everySixteen(count, [&](int64_t i, __mmask16 mask) { store(dx, i, mask, _mm512_mul_ps(load(dy, i, mask), geluSlope(load(x, i, mask)))); });
}

void silu(Values x, Values y, int64_t count) {
  everySixteen(count, [&](int64_t i, __mmask16 mask) {
    const Lanes value = load(x, i, mask);
    store(y, i, mask, _mm512_mul_ps(value, sigmoid(value)));
  });
}

void siluGradient(Values dy, Values x, Values dx, int64_t count) {
  everySixteen(count, [&](int64_t i, __mmask16 mask) {
    const Lanes value = load(x, i, mask), share = sigmoid(value);
    const Lanes slope = _mm512_mul_ps(share, _mm512_fmadd_ps(value, _mm512_sub_ps(all(1), share), all(1)));  // σ (1 + x (1 - σ))
    store(dx, i, mask, _mm512_mul_ps(load(dy, i, mask), slope));
  });
}

void dropout(Values x, Values residual, Values y, int64_t count, int64_t width, const Mask& dropped) {
  for (int64_t start = 0; start < count; start += width) {
    everySixteen(width, [&](int64_t i, __mmask16 mask) {
      const Lanes value = _mm512_mul_ps(load(x, start + i, mask), multipliers(dropped, start * dropped.rowStep + i));
      store(y, start + i, mask, residual.data == nullptr ? value : _mm512_add_ps(value, load(residual, start + i, mask)));
    });
  }
}

void layerNorm(const Norm& norm) {
  const int64_t width = norm.width;
  at::parallel_for(0, norm.rows, std::max<int64_t>(1, grain / width), [&](int64_t from, int64_t to) {
    for (int64_t row = from; row < to; ++row) {
      const int64_t start = row * width;
      const Values z = norm.residual.data == nullptr ? norm.x : norm.z;
      if (norm.residual.data != nullptr) {
        for (int64_t i = 0; i < width; i += 16) {
          const __mmask16 mask = firstOf(width - i);
          Lanes x = load(norm.x, start + i, mask);
          if (norm.mask.active) x = _mm512_mul_ps(x, multipliers(norm.mask, start * norm.mask.rowStep + i));
          store(z, start + i, mask, _mm512_add_ps(x, load(norm.residual, start + i, mask)));
        }
      }
      const auto [mean, inverse] = statistics(z, start, width, norm.epsilon);
      for (int64_t i = 0; i < width; i += 16) {
        const __mmask16 mask = firstOf(width - i);
        const Lanes unit = _mm512_mul_ps(_mm512_sub_ps(load(z, start + i, mask), mean), inverse);
        store(norm.y, start + i, mask, _mm512_fmadd_ps(unit, load(norm.weight + i, mask), load(norm.bias + i, mask)));
      }
    }
  });
}

void layerNormGradient(const NormGradient& g) {
  const int64_t width = g.width, padded = (width + 15) / 16 * 16;
  const int64_t parts = std::max<int64_t>(1, std::min<int64_t>(at::get_num_threads(), g.rows * width / grain));
  std::vector<float> sums(parts * 2 * padded, 0.0f);
  at::parallel_for(0, parts, 1, [&](int64_t firstPart, int64_t lastPart) {
    for (int64_t part = firstPart; part < lastPart; ++part) {
      float* const dweight = sums.data() + part * 2 * padded;
      float* const dbias = dweight + padded;
      for (int64_t row = part * g.rows / parts; row < (part + 1) * g.rows / parts; ++row) {
        const int64_t start = row * width;
        const auto [mean, inverse] = statistics(g.z, start, width, g.epsilon);
        Lanes total = _mm512_setzero_ps(), along = _mm512_setzero_ps();
        for (int64_t i = 0; i < width; i += 16) {
          const __mmask16 mask = firstOf(width - i);
          const Lanes dy = load(g.dy, start + i, mask);
          const Lanes unit = _mm512_maskz_mul_ps(mask, _mm512_sub_ps(load(g.z, start + i, mask), mean), inverse);
          const Lanes dunit = _mm512_mul_ps(dy, load(g.weight + i, mask));
          total = _mm512_add_ps(total, dunit);
          along = _mm512_fmadd_ps(dunit, unit, along);
          _mm512_storeu_ps(dweight + i, _mm512_fmadd_ps(dy, unit, _mm512_loadu_ps(dweight + i)));
          _mm512_storeu_ps(dbias + i, _mm512_add_ps(dy, _mm512_loadu_ps(dbias + i)));
        }
        const Lanes meanTotal = all(_mm512_reduce_add_ps(total) / static_cast<float>(width));
        const Lanes meanAlong = all(_mm512_reduce_add_ps(along) / static_cast<float>(width));
        for (int64_t i = 0; i < width; i += 16) {
          const __mmask16 mask = firstOf(width - i);
          const Lanes unit = _mm512_mul_ps(_mm512_sub_ps(load(g.z, start + i, mask), mean), inverse);
          const Lanes dunit = _mm512_mul_ps(load(g.dy, start + i, mask), load(g.weight + i, mask));
          const Lanes dz = _mm512_mul_ps(inverse, _mm512_fnmadd_ps(unit, meanAlong, _mm512_sub_ps(dunit, meanTotal)));
          store(g.dz, start + i, mask, dz);
          if (g.dx.data != nullptr) store(g.dx, start + i, mask, g.mask.active ? _mm512_mul_ps(dz, multipliers(g.mask, start * g.mask.rowStep + i)) : dz);
        }
      }
    }
  });
  for (int64_t i = 0; i < width; ++i) {
    float weight = 0, bias = 0;
    for (int64_t part = 0; part < parts; ++part) {
      weight += sums[part * 2 * padded + i];
      bias += sums[part * 2 * padded + padded + i];
    }
    g.dweight[i] = weight;
    g.dbias[i] = bias;
  }
}

void columnSums(Values x, float* sums, int64_t rows, int64_t width) {
  // Four groups of sixteen columns at a time: a row's part fills whole cache lines.
  constexpr int64_t group = 64;
  at::parallel_for(0, (width + group - 1) / group, std::max<int64_t>(1, grain / group / std::max<int64_t>(1, rows)), [&](int64_t from, int64_t to) {
    for (int64_t column = from * group; column < std::min(width, to * group); column += group) {
      Lanes sum[4] = {};
      for (int64_t row = 0; row < rows; ++row) {
        for (int64_t part = 0; part < 4; ++part) sum[part] = _mm512_add_ps(sum[part], load(x, row * width + column + 16 * part, firstOf(width - column - 16 * part)));
      }
      for (int64_t part = 0; part < 4; ++part) _mm512_mask_storeu_ps(sums + column + 16 * part, firstOf(width - column - 16 * part), sum[part]);
    }
  });
}

double sumOfSquares(Values x, int64_t count) {
  return at::parallel_reduce(0, (count + 15) / 16, grain / 16, 0.0, [&](int64_t from, int64_t to, double sum) {
    // In float32 over short stretches, in float64 between them.
    for (int64_t i = from; i < to; i += 256) {
      Lanes squares = _mm512_setzero_ps();
      for (int64_t j = i; j < std::min(to, i + 256); ++j) {
        const Lanes value = load(x, 16 * j, firstOf(count - 16 * j));
        squares = _mm512_fmadd_ps(value, value, squares);
      }
      sum += _mm512_reduce_add_ps(squares);
    }
    return sum;
  }, std::plus<>());
}

namespace {

// Sixteen numbers of a parameter with their moments.
struct Moved {
  Lanes value, first, second;
};

inline Moved moved(const Moved& at, Lanes g, const AdamWRates& rates) {
  const Lanes first = _mm512_fmadd_ps(at.first, all(rates.beta1), _mm512_mul_ps(g, all(1 - rates.beta1)));
  const Lanes second = _mm512_fmadd_ps(at.second, all(rates.beta2), _mm512_mul_ps(_mm512_mul_ps(g, g), all(1 - rates.beta2)));
  const Lanes denominator = _mm512_fmadd_ps(_mm512_sqrt_ps(second), all(rates.inverseRootCorrection), all(rates.epsilon));
  const Lanes kept = _mm512_mul_ps(at.value, all(rates.keep));
  return {_mm512_fnmadd_ps(all(rates.rate), _mm512_div_ps(first, denominator), kept), first, second};
}

template <typename Parameter>
inline Moved movedAt(const Parameter& at, int64_t i, __mmask16 mask) {
  return {load(at.value + i, mask), load(at.first + i, mask), load(at.second + i, mask)};
}

template <typename Parameter>
inline void storeAt(const Parameter& at, int64_t i, __mmask16 mask, const Moved& moved) {
  store(at.first + i, mask, moved.first);
  store(at.second + i, mask, moved.second);
  store(at.value + i, mask, moved.value);
}

}  // namespace

void adamW(const AdamW& step) {
  const Lanes clip = all(step.clip);
  const AdamWRates rates = step.rates;
  everySixteen(step.count, [&](int64_t i, __mmask16 mask) {
    const Lanes g = step.gradient.data == nullptr ? _mm512_setzero_ps() : _mm512_mul_ps(load(step.gradient, i, mask), clip);
    storeAt(step, i, mask, moved(movedAt(step, i, mask), g, rates));
  });
}

void adamWRows(const AdamW& step, int64_t width, const int32_t* rows, int64_t count) {
  const Lanes clip = all(step.clip);
  at::parallel_for(0, count, std::max<int64_t>(1, grain / width), [&](int64_t from, int64_t to) {
    for (int64_t r = from; r < to; ++r) {
      for (int64_t column = 0; column < width; column += 16) {
        const int64_t i = rows[r] * width + column;
        const __mmask16 mask = firstOf(width - column);
        storeAt(step, i, mask, moved(movedAt(step, i, mask), _mm512_mul_ps(load(step.gradient, i, mask), clip), step.rates));
      }
    }
  });
}

void adamWMissed(const AdamWMissed& missed) {
  const Lanes none = _mm512_setzero_ps();
  // Rows that never had a gradient only decay.
  const bool untouchedStay = std::all_of(missed.steps, missed.steps + missed.stepCount, [](const AdamWRates& rates) { return rates.epsilon > 0; });
  at::parallel_for(0, missed.count, std::max<int64_t>(1, grain / missed.width / 8), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      for (int64_t column = 0; column < missed.width; column += 16) {
        const int64_t i = missed.rows[r] * missed.width + column;
        const __mmask16 mask = firstOf(missed.width - column);
        Moved now = movedAt(missed, i, mask);
        if (untouchedStay && _mm512_test_epi32_mask(_mm512_castps_si512(_mm512_or_ps(now.first, now.second)), _mm512_set1_epi32(-1)) == 0) {
          for (int64_t step = missed.from[r]; step < missed.stepCount; ++step) now.value = _mm512_mul_ps(now.value, all(missed.steps[step].keep));
          store(missed.value + i, mask, now.value);
          continue;
        }
        for (int64_t step = missed.from[r]; step < missed.stepCount; ++step) now = moved(now, none, missed.steps[step]);
        storeAt(missed, i, mask, now);
      }
    }
  });
}

void scatterRows(Values dy, const int32_t* ids, int64_t count, int64_t width, int32_t skip, float* sums) {
  // Each thread has columns of its own, so rows that occur twice are added in their order.
  at::parallel_for(0, (width + 15) / 16, std::max<int64_t>(1, grain / 16 / std::max<int64_t>(1, count)), [&](int64_t from, int64_t to) {
    for (int64_t i = 0; i < count; ++i) {
      if (ids[i] == skip) continue;
      float* const row = sums + ids[i] * width;
      for (int64_t column = 16 * from; column < std::min(width, 16 * to); column += 16) {
        const __mmask16 mask = firstOf(width - column);
        store(row + column, mask, _mm512_add_ps(load(row + column, mask), load(dy, i * width + column, mask)));
      }
    }
  });
}

}  // namespace retort::cpu
#endif

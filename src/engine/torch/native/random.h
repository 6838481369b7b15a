// Keyed random bits, the same as engine/random.ts makes: a pure function of (key, index).
#pragma once
#include <cstdint>

namespace retort {

struct Key {
  uint32_t high, low;
};

inline uint32_t mix(uint32_t h) {
  h = (h ^ (h >> 16)) * 0x7feb352du;
  h = (h ^ (h >> 15)) * 0x846ca68bu;
  return h ^ (h >> 16);
}

inline uint32_t bits(Key key, uint32_t index) { return mix(mix(index + key.low) + key.high); }

// A dropout: element i is kept, times `scale`, when bits(key, i) >= threshold; else it is 0. Where `place` is not below 0, the key is that
// of a captured program (capture.h) and lies on the device. Row r, of the last axis, is masked as row r · rowStep of a larger tensor.
struct Mask {
  bool active;
  Key key;
  uint32_t threshold;
  float scale;
  int32_t place = -1;
  int64_t rowStep = 1;
};

}  // namespace retort

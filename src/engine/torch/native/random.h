// Keyed random bits, the same as engine/random.ts makes: a pure function of (key, index).
#pragma once
#include <cstdint>
#include "command.h"

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

// What a dropout's attributes say: rate, and the key's words.
struct Dropout {
  double rate;
  Key key;

  static Dropout read(Command& call) {
    const double rate = call.real(), high = call.real(), low = call.real();
    return {rate, {static_cast<uint32_t>(static_cast<int64_t>(high)), static_cast<uint32_t>(static_cast<int64_t>(low))}};
  }
  bool active() const { return rate > 0; }
  // Element i is kept when bits(key, i) >= this.
  uint32_t threshold() const { return static_cast<uint32_t>(rate * 4294967296.0); }
  float scale() const { return static_cast<float>(1 / (1 - rate)); }
};

// The multipliers of a dropout, 0 or 1 / (1 - rate), in float32 on the device of the engine.
at::Tensor dropoutMultipliers(at::IntArrayRef sizes, const Dropout& dropout);

}  // namespace retort

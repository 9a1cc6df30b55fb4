#pragma once

#include <cstdint>
#include <string_view>

namespace fw {

/** FNV-1a, 64 bits (Fowler, Noll, Vo; draft-eastlake-fnv). Chain calls by passing the last hash on. */
constexpr uint64_t fnv1a64(std::string_view bytes, uint64_t hash = 0xCBF29CE484222325u) {
  for (const char byte : bytes) hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001B3u;
  return hash;
}

/** The step between two states of SplitMix64 (Steele, Lea, Flood 2014). */
inline constexpr uint64_t splitmix64_step = 0x9E3779B97F4A7C15u;

/** Output function of SplitMix64 for a state: a bijection that mixes all bits. */
constexpr uint64_t splitmix64(uint64_t state) {
  state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9u;
  state = (state ^ (state >> 27)) * 0x94D049BB133111EBu;
  return state ^ (state >> 31);
}

/** SplitMix64 as a generator: the same numbers from a seed on every system, unlike the standard distributions. */
class SplitMix64 {
 public:
  constexpr explicit SplitMix64(uint64_t seed) : state_(seed) {}

  constexpr uint64_t next() { return splitmix64(state_ += splitmix64_step); }

  /** Uniform in [0, 1), in steps of 2^-53. */
  constexpr double next_unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  uint64_t state_;
};

}  // namespace fw

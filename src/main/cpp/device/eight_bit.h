#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

/**
 * Keys and values in eight bits: of each place and head all dimensions share a scale, their largest magnitude / 127,
 * rounded up to a bf16 so that two bytes hold it exactly and no value is beyond 127 of it. A byte holds the nearest
 * multiple of the scale, ties to even, as zero_byte + multiple.
 */
namespace fw {

inline constexpr int32_t zero_byte = 128;
inline constexpr float largest_multiple = 127.0f;

/** The scale of values whose largest magnitude this is; 0 for 0. */
inline float eight_bit_scale(float largest) {
  const uint32_t bits = std::bit_cast<uint32_t>(largest / largest_multiple);
  return std::bit_cast<float>((bits + 0xFFFFu) & 0xFFFF0000u);
}

/** What is read again of a value that is kept by this scale. */
inline float in_eight_bits(float value, float scale) {
  return scale == 0.0f ? 0.0f : std::nearbyint(value / scale) * scale;
}

}  // namespace fw

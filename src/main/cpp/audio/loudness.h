#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fw {

/** Levels below this, in dB under a full-scale square wave, count as digital silence: 16-bit rounding alone has -101.
 */
inline constexpr float kSilenceDb = -85.0f;

/**
 * Mean power of each of the ceil(n / hop) frames of hop samples, in dB under full scale, not below kSilenceDb. The mean
 * of a frame is taken out first: a constant offset is no sound.
 */
std::vector<float> frame_levels_db(std::span<const float> samples, int32_t hop);

/** The value that a share of the values (0 to 1) does not exceed; values must not be empty. */
float quantile(std::vector<float> values, double share);

}  // namespace fw

#pragma once

#include <cstdint>
#include <span>

namespace fw {

/** Samples [first, end). */
struct Pause {
  int64_t first = 0;
  int64_t end = 0;
};

/**
 * The longest silence of a stretch of 16 kHz mono PCM, whole, the first among equals; where it has no silence of
 * 100 ms, its quietest 100 ms. The whole of a stretch that is shorter. Depends on the values of the stretch alone.
 */
Pause find_pause(std::span<const float> stretch);

/**
 * The best sample in [0, stretch.size()] to divide a stretch of 16 kHz mono PCM at: the middle of
 * its pause.
 */
int64_t find_border(std::span<const float> stretch);

}  // namespace fw

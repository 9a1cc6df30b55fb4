#pragma once

#include <cstdint>
#include <span>

namespace fw {

/**
 * The best sample in [0, stretch.size()] to divide a stretch of 16 kHz mono PCM at: the middle of its longest silence,
 * the first among equals; where it has no silence of 100 ms, the middle of its quietest 100 ms. Depends on the values
 * of the stretch alone.
 */
int64_t find_border(std::span<const float> stretch);

}  // namespace fw

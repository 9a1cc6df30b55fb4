#pragma once

#include <cstdint>
#include <memory>
#include <ostream>

#include "device/device.h"

namespace fw::bench {

/**
 * Measures the cases of the op tests that are marked for it and writes a line for each: milliseconds (the least of the
 * runs), GFLOP/s, GB/s, and the share of the floor: what the bytes take at the rate of a streamed read, or the
 * operations at that of an f32 product in the first cache, whichever is longer, over the time measured. Above 100 %
 * where a processor multiplies a narrower type faster than f32, or holds the bytes in its caches. On a GPU the cases of
 * its own: twenty calls in a graph, for a lane of `batch` sequences; weights of a step then come from the second cache.
 */
void run_op_bench(std::ostream& out, const Device& device, int32_t n_threads, int32_t batch, int32_t repeats,
                  bool json_lines);

}  // namespace fw::bench

#pragma once

#include <memory>
#include <vector>

#include "lane_bench.h"

namespace fw::bench {

/** Milliseconds of the parts of a lane's work on a network of its own, each the least of some runs. */
struct WindowParts {
  /** Log-mel, encoder and cross-attention keys and values of a whole batch. */
  double encode_ms = 0;
  /** A step of a whole batch at place 50, until its picks are in host memory. */
  double step_ms = 0;
  /** Of windows that are aligned together, one: 100 tokens. */
  double align_ms = 0;
};

WindowParts measure_parts(const std::shared_ptr<const Model>& model, const LaneBench& bench,
                          const std::vector<std::vector<float>>& sounds);

}  // namespace fw::bench

#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>

#include "model/model.h"

namespace fw::bench {

/** Whole windows through lanes, as a server gives them: PCM in host memory to words with times in host memory. */
struct LaneBench {
  int32_t n_lanes = 1;
  /** Windows that a lane decodes together. */
  int32_t batch = 64;
  /** Windows in all, after a batch a lane that is not counted; 0 takes two batches a lane. */
  int32_t n_windows = 0;
  /** Tokens of a window: each from the first to the last number, by the seed. */
  int32_t least_tokens = 100;
  int32_t most_tokens = 100;
  uint64_t seed = 1;
  /** Each lane on a copy of the model of its own. */
  bool copies = false;
  /** Keys and values of the sound in eight bits. */
  bool eight_bit_audio = false;
  /** Whether copies may overlap with computing. */
  bool use_streams = true;
};

/**
 * Makes synthetic windows of 30 s of noise and tones, decodes each to its number of tokens (greedy, each token chosen
 * by the rules from the step before; end-of-text is masked, time stamps are off, so that every token is aligned) and
 * prints one JSON line. The lanes take the models in turn.
 */
void run_lane_bench(std::ostream& out, const std::string& name, std::span<const std::shared_ptr<const Model>> models,
                    const LaneBench& bench);

}  // namespace fw::bench

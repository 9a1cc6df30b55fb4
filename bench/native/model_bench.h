#pragma once

#include <cstdint>
#include <iterator>
#include <memory>
#include <string>

#include "model/model.h"

namespace fw::bench {

/** Batches that are measured. */
inline constexpr int32_t kBatches[] = {1, 4, 8};
/** Tokens of a window: what 30 s of speech hold. */
inline constexpr int32_t kWindowTokens = 100;

/** Milliseconds of the parts of a model's work on windows of 30 s; the least of several runs. */
struct ModelTimes {
  std::string name;
  std::string implementation;
  int32_t n_threads = 0;
  int64_t weights_bytes = 0;
  double log_mel_ms = 0;
  /** Encoder, and keys and values for the decoder; without log-mel. */
  double encode_ms = 0;
  /** One step of a batch of kBatches[i] windows, a token for each: mean over the places 0 to kWindowTokens. */
  double step_ms[std::size(kBatches)] = {};
  /** Alignment of kWindowTokens tokens to the sound. */
  double align_ms = 0;
  /** kBatches[i] whole windows: log-mel, encoder, kWindowTokens tokens, alignment. */
  double windows_ms[std::size(kBatches)] = {};
};

ModelTimes measure_model(std::shared_ptr<const Model> model, const std::string& name, int32_t n_threads,
                         int32_t repeats);

}  // namespace fw::bench

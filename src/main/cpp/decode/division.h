#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "decode/transcript.h"
#include "model/vocabulary.h"

namespace fw {

/** Where a window is divided because one of its cues is not believed. */
struct Division {
  /** Sample of the window: what begins here is heard again by itself. A multiple of a time stamp's step. */
  int64_t sample = 0;
  /** How many of the tokens stand before that cue and are kept; 0 where it is the first. */
  int32_t n_tokens = 0;
};

/** The first cue whose mean log-probability is below least; nothing where there is none. */
std::optional<CueRange> first_unlikely_cue(const Vocabulary& vocabulary, std::span<const int32_t> tokens,
                                           std::span<const float> logprobs, int64_t n_samples, float least);

/**
 * Divides a window for its first unlikely cue. A cue behind others is divided from them at the pause next to its
 * beginning. The first one has mostly lost the thread because the window begins inside a word: there the best pause of
 * the first second and a half is taken. Nothing where no cue is unlikely, or where a piece would be shorter than a
 * second.
 */
std::optional<Division> place_division(const Vocabulary& vocabulary, std::span<const int32_t> tokens,
                                       std::span<const float> logprobs, std::span<const float> samples, float least);

}  // namespace fw

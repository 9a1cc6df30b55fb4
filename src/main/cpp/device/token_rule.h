#pragma once

#include <cstdint>
#include <vector>

#include "device/tensor.h"

namespace fw {

/**
 * How the next token of one row is chosen from its logits. Plain data without pointers to host objects, so that a
 * device can keep it beside its logits and choose there. Rules as in Whisper (Radford et al. 2022; openai/whisper,
 * decoding.py): suppressed tokens, blank and end-of-text at the first place, and the time-stamp rules.
 */
struct TokenRule {
  /** Only tokens in [first_token, last_token] can be chosen; language detection and the tests narrow it. */
  int32_t first_token = 0;
  int32_t last_token = INT32_MAX;
  /** No rule but the range above: what follows is not looked at, except temperature, random and n_best. */
  bool unrestricted = false;
  /** The model's suppressed tokens (non-speech and special ones) are masked. */
  bool suppress = true;
  /** First sampled place: blank and end-of-text are masked; with timestamps only time stamps up to initial_max. */
  bool first_place = false;
  /** Time-stamp rules on; off masks every time stamp. */
  bool timestamps = true;
  /** The token before, and the one before it, were time stamps. A first place counts as (false, true). */
  bool last_was_timestamp = false;
  bool last_but_one_was_timestamp = true;
  /** Time stamps below this token are masked (they never go back); 0 where there is none yet. */
  int32_t min_timestamp = 0;
  /** Highest time stamp at the first place: begin + 50 is 1.0 s (openai/whisper max_initial_timestamp). */
  int32_t max_initial_timestamp = INT32_MAX;
  /** End-of-text is masked until a length is reached (benchmarks). */
  bool mask_end = false;
  /** 0 takes the most probable token, the lowest id first among equals; above it samples with random. */
  float temperature = 0.0f;
  /** Uniform in [0, 1): made by the caller from the window's content and the place, never from a clock. */
  double random = 0.0;
  /** How many best tokens to return; 1 for greedy and sampling, the beam's width for a beam. */
  int32_t n_best = 1;
  /**
   * Where the token before is not known yet: its entry in PickArgs::chosen; the rule is then the one that follows a
   * text token. -1 where it is known.
   */
  int32_t follows = -1;
  /** The entry of PickArgs::chosen that takes the best token; -1 for none. */
  int32_t chosen_at = -1;
};

/** A rule that was made for a text token before it, with what that token was. */
#ifdef __CUDACC__
__host__ __device__
#endif
    inline TokenRule
    rule_after_token(TokenRule rule, int32_t token, int32_t timestamp_begin) {
  if (token >= timestamp_begin) {
    rule.last_was_timestamp = true;
    // A cue's end may be the next one's start.
    rule.min_timestamp = rule.last_but_one_was_timestamp ? token + 1 : token;
  }
  return rule;
}

struct Candidate {
  int32_t token;
  /** log softmax over the permitted tokens, at temperature 1 (openai/whisper sums these for avg_logprob). */
  float logprob;
};

struct Pick {
  /**
   * n_best entries, best first, fewer where fewer are permitted; the sampled one alone where the temperature is above
   * 0. Where nothing is permitted (or no logit is finite): end-of-text, its logprob minus infinity.
   */
  std::vector<Candidate> candidates;
  /** Softmax probability of no-speech over the unmasked logits of this row. */
  float no_speech_probability = 0.0f;
};

/** The tokens that a TokenRule speaks of. */
struct TokenKinds {
  /** The token of one blank " ". */
  int32_t blank = 0;
  /** End-of-text: all tokens below it are text. */
  int32_t end = 0;
  int32_t no_speech = 0;
  int32_t no_timestamps = 0;
  /** First time stamp, 0.00 s; all tokens from it on are time stamps. */
  int32_t timestamp_begin = 0;
  /** u8 [1][n_vocab] in the device's memory: 1 for a suppressed token. */
  Tensor suppressed;
};

}  // namespace fw

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "align/word_groups.h"
#include "fastwhisper.h"
#include "model/network.h"

namespace fw {

/** A word of a window, timed on the PCM that the window was made of. */
struct Word {
  /** Valid UTF-8, with its punctuation, without surrounding blanks; broken bytes are replaced by U+FFFD. */
  std::string text;
  /** Start and end of its sound in samples of the PCM: start < end, and no word begins before the last one ends. */
  int64_t first_sample = 0;
  int64_t end_sample = 0;
  /** Mean probability of its tokens. */
  float probability = 0.0f;
  /** Number of its cue. */
  int32_t cue = 0;
  /** Range of its tokens in WordRequest::tokens. */
  int32_t first_token = 0;
  int32_t n_tokens = 0;
};

/** Frames of the encoder, 20 ms each, in which n_samples of sound lie: at least one. */
int32_t alignment_frames(int64_t n_samples);

struct WordRequest {
  /**
   * Of the forced sequence: n_prefix tokens, the text tokens, end-of-text. Its path is that of the rows that predict
   * the text tokens and end-of-text, through the alignment_frames of the samples.
   */
  const Alignment& alignment;
  /** Tokens before the first text token; the last of them is <|notimestamps|>, whose row predicts the first text token.
   */
  int32_t n_prefix;
  std::span<const TextToken> tokens;
  /** Language code. Chinese, Cantonese, Japanese, Thai, Lao, Burmese and Khmer are split by character. */
  std::string_view language;
  /** The samples that the encoder saw, without its padding. */
  std::span<const float> samples;
  /** Where they lie in the PCM; together as long as samples. */
  std::span<const fw_span> spans;
};

/**
 * Words from a finished window: groups the tokens, takes start and end of each from the jumps of the DTW path, and
 * moves them to where the sound sets in and stops at the pauses. A pure function; empty where there are no tokens.
 * Words of blanks alone are dropped. Throws fw::Error where the parts of the request do not fit each other.
 */
std::vector<Word> time_words(const WordRequest& request);

}  // namespace fw

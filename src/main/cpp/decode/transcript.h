#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "align/word_times.h"
#include "decode/decoded_text.h"
#include "decode/window_request.h"
#include "model/network.h"
#include "model/vocabulary.h"

namespace fw {

/** One timed line of a window's text. */
struct Cue {
  /** On the caller's PCM. */
  int64_t first_sample = 0;
  int64_t end_sample = 0;
  /** UTF-8, without surrounding blanks; never empty. */
  std::string text;
  /** Range of its tokens, time stamps included, and of its words. */
  int32_t first_token = 0;
  int32_t n_tokens = 0;
  int32_t first_word = 0;
  int32_t n_words = 0;
  /** Mean log-probability of its text tokens. */
  float avg_logprob = 0.0f;
};

/** One finished window. */
struct WindowResult {
  int64_t tag = 0;
  fw_status status = FW_STATUS_OK;
  /** Why it failed; empty where it did not. */
  std::string message;
  DecodedText text;
  std::vector<Cue> cues;
  std::vector<Word> words;
  /** From the first encoder step to the last word. */
  float elapsed_ms = 0.0f;
};

/** A step of time stamps: 20 ms (Radford et al. 2022, 2.3). */
inline constexpr int64_t timestamp_samples = FW_SAMPLE_RATE_HZ / 50;

/** A cue in the window's own samples, as the time stamps among the tokens tell it. */
struct CueRange {
  int32_t first_token = 0;
  int32_t n_tokens = 0;
  int64_t first_sample = 0;
  int64_t end_sample = 0;
};

/**
 * Cuts sampled tokens at their time stamps: a cue goes from a time stamp, or the end of the cue before, to the next
 * time stamp, or the end of the window. Times are held inside the window; what begins behind its end is left out, since
 * there is no sound that it could come from. Cues without text are left out. Without time stamps all is one cue.
 */
std::vector<CueRange> cut_cues(const Vocabulary& vocabulary, std::span<const int32_t> tokens, int64_t n_samples);

/** Mean log-probability of a cue's text tokens; logprobs holds one for each of the tokens. */
float mean_logprob(const SpecialTokens& special, std::span<const int32_t> tokens, std::span<const float> logprobs,
                   const CueRange& cue);

/**
 * A text on its way to cues, and to words where they are asked for, on the time line of the caller's PCM. A cue with
 * words begins with its first word and ends with its last. The request must outlive it.
 */
class TranscriptDraft {
 public:
  TranscriptDraft(const Vocabulary& vocabulary, const WindowRequest& request, const DecodedText& text);

  /** What a network that holds the window is to align; nothing where there are no words to time. Lives as the draft. */
  std::optional<AlignRequest> alignment(int32_t window, int32_t sequence) const;
  /** alignment is that of the request, or null where there was none. */
  WindowResult finish(const Alignment* alignment) const;

 private:
  const Vocabulary& vocabulary_;
  const WindowRequest& request_;
  DecodedText text_;
  std::vector<CueRange> cues_;
  /** Prefix, text tokens and end-of-text; empty where no word is to be timed. */
  std::vector<int32_t> forced_;
  int32_t n_prefix_ = 0;
  std::vector<TextToken> text_tokens_;
};

}  // namespace fw

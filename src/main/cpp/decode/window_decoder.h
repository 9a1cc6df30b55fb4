#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decode/decoded_text.h"
#include "decode/division.h"
#include "decode/prompt.h"
#include "decode/search.h"
#include "decode/window_request.h"
#include "model/network.h"
#include "model/vocabulary.h"

namespace fw {

/** Rows that a window has put into a step. */
struct AppendedRows {
  /** Rows of its prompt. */
  int32_t n_prompt = 0;
  /** Rows with a pick, of the prompt and of the search. */
  int32_t n_picks = 0;
};

/**
 * Decodes one encoded window, step by step, beside others: language detection, prompt, then a search at one
 * temperature after the other until the gates let a text through (openai/whisper, transcribe.py decode_with_fallback).
 * Where none passes, the best mean log-probability among those that do not loop is taken, else the best of all: not the
 * last, as openai/whisper has it, for text that is sampled at a high temperature is worse the longer it is refused.
 *
 * Where the first text has an unlikely cue and that is allowed, the window is not decoded again but divided: sampling
 * cannot mend what the encoder hears at a window's broken beginning, other windows can.
 *
 * Depends on the request and on the network's picks alone. Used by the lane's thread; the request must outlive it.
 */
class WindowDecoder {
 public:
  /** Works on one window place of the network and on beam_size sequences from first_sequence on. */
  WindowDecoder(const Vocabulary& vocabulary, int32_t n_text_ctx, const WindowRequest& request, int32_t window,
                int32_t first_sequence, bool may_divide);

  /**
   * Appends the rows of the next step, of its prompt at most n_prompt_rows; what is left of the prompt follows with the
   * next steps.
   */
  AppendedRows append_rows(std::vector<StepRow>& rows, int32_t n_prompt_rows);
  /** Whether a row of the next step can be given before the picks of the rows that were appended last are known. */
  bool sees_ahead() const { return search_ && searching_ && search_->sees_ahead(); }
  /** Appends that row, with a pick: its token is pick number `pick` of the step before. */
  void append_row_ahead(std::vector<StepRow>& rows, int32_t pick) const { search_->append_row_ahead(rows, pick); }
  /**
   * Takes the picks of the rows that were appended first of those whose picks it has not had. Answers whether the
   * search goes on behind them: where not, a row that was appended ahead is void, and its pick must not be given.
   */
  bool take(std::span<const Pick> picks, Network& network);

  bool done() const { return done_; }
  /** Valid once done; with a division, the text before it. */
  const DecodedText& text() const { return accepted_; }
  /** Where the window is to be divided; nothing where text() is that of all of it. */
  const std::optional<Division>& division() const { return division_; }
  /** Whether the gates let the text through. */
  bool passed() const { return passed_; }

 private:
  void take_language(const Pick& pick);
  void start_search();
  void judge();
  uint64_t seed();

  const Vocabulary& vocabulary_;
  const SpecialTokens& special_;
  const WindowRequest& request_;
  int32_t n_text_ctx_;
  int32_t window_;
  int32_t first_sequence_;
  bool may_divide_;

  /** Empty until the language is known. */
  Prompt prompt_;
  /** Prompt tokens in the cache, and those of the rows that were appended last. */
  int32_t n_fed_ = 0;
  int32_t n_feeding_ = 0;
  /** Picks of the prompt's rows among those. */
  int32_t n_prompt_picks_ = 0;
  /** Set from the prompt on; its rows follow the prompt's. */
  std::optional<Search> search_;
  /** The rows that were appended last end with the search's. */
  bool searching_ = false;
  size_t attempt_ = 0;
  std::optional<float> no_speech_probability_;
  std::optional<uint64_t> samples_hash_;

  /** The best refused text so far, then the accepted one. */
  DecodedText accepted_;
  bool accepted_loops_ = false;
  bool any_text_ = false;
  std::optional<Division> division_;
  bool passed_ = false;
  bool done_ = false;
};

}  // namespace fw

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decode/hypothesis.h"
#include "model/network.h"

namespace fw {

struct SearchOptions {
  /** Hypotheses held at a time: 1 is greedy or, above temperature 0, sampling. */
  int32_t width = 1;
  float temperature = 0.0f;
  /** What the random numbers of sampling come from. */
  uint64_t seed = 0;
  bool timestamps = true;
  /** End-of-text is masked until max_tokens are sampled. */
  bool force_length = false;
  /** At least 1. */
  int32_t max_tokens = 1;
};

/** Where the rows of a search go. */
struct SearchPlace {
  int32_t window = 0;
  /** The first of `width` sequences; the prompt less its last token is in its cache. */
  int32_t first_sequence = 0;
  /** Length of the prompt, and its last token, which the search feeds first. */
  int32_t n_prompt = 1;
  int32_t last_prompt_token = 0;
};

/**
 * One decoding of one window at one temperature: greedy, sampling, or beam search with patience 1 (openai/whisper,
 * decoding.py BeamSearchDecoder and MaximumLikelihoodRanker without length penalty), of which greedy is width 1.
 * Equal scores are ordered by beam, then by the order in which the network gives them. Used by the lane's thread.
 */
class Search {
 public:
  Search(const SpecialTokens& special, const SearchOptions& options, const SearchPlace& place);

  /** Appends the rows of the next step, each with a pick. */
  void append_rows(std::vector<StepRow>& rows) const;
  /** Whether the row of the next step but one can be given before the pick of the next is known. */
  bool sees_ahead() const { return options_.width == 1 && n_sampled() + 1 < options_.max_tokens; }
  /** Appends that row: its token is pick number `pick` of the step before. */
  void append_row_ahead(std::vector<StepRow>& rows, int32_t pick) const;
  /** Takes the picks of those rows, in their order; may copy caches of its own sequences. */
  void take(std::span<const Pick> picks, Network& network);

  bool done() const { return done_; }
  /** Of the finished hypotheses the one with the best mean log-probability; valid once done. */
  const Hypothesis& best() const;

 private:
  struct Beam {
    Hypothesis hypothesis;
    int32_t sequence;
  };
  struct Step {
    double sum_logprob;
    size_t beam;
    Candidate candidate;
  };

  TokenRule rule(std::span<const int32_t> sampled) const;
  int32_t n_sampled() const { return static_cast<int32_t>(beams_.front().hypothesis.tokens.size()); }
  std::vector<Step> rank(std::span<const Pick> picks) const;
  void fork(std::span<const Step> steps, Network& network);

  const SpecialTokens& special_;
  SearchOptions options_;
  SearchPlace place_;
  /** Running hypotheses, all of one length, best first. */
  std::vector<Beam> beams_;
  std::vector<Hypothesis> ended_;
  bool done_ = false;
};

}  // namespace fw

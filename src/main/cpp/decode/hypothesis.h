#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "device/token_rule.h"
#include "model/special_tokens.h"

namespace fw {

/** A text that is being sampled. */
struct Hypothesis {
  /** Sampled tokens, time stamps included, without end-of-text. */
  std::vector<int32_t> tokens;
  /** Log-probability of each of the tokens. */
  std::vector<float> logprobs;
  /** Of all sampled tokens and, where it was chosen, of end-of-text. */
  double sum_logprob = 0.0;

  /** Mean log-probability, end-of-text counted (openai/whisper, decoding.py). */
  double avg_logprob() const { return sum_logprob / static_cast<double>(tokens.size() + 1); }
};

/**
 * The time-stamp state after these sampled tokens, as the rule of the next place (openai/whisper, decoding.py
 * ApplyTimestampRules): time stamps come in pairs and never go back, and the first is at most 1.0 s.
 */
TokenRule rule_after(const SpecialTokens& special, std::span<const int32_t> sampled, bool timestamps);

}  // namespace fw

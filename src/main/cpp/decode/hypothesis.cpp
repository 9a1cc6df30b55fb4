#include "decode/hypothesis.h"

#include <algorithm>

namespace fw {
namespace {

/** openai/whisper, DecodingOptions.max_initial_timestamp: 1.0 s, in steps of 20 ms. */
constexpr int32_t max_initial_steps = 50;

}  // namespace

TokenRule rule_after(const SpecialTokens& special, std::span<const int32_t> sampled, bool timestamps) {
  TokenRule rule;
  rule.timestamps = timestamps;
  rule.first_place = sampled.empty();
  rule.max_initial_timestamp = special.timestamp_begin + max_initial_steps;
  const size_t n = sampled.size();
  rule.last_was_timestamp = n >= 1 && special.is_timestamp(sampled[n - 1]);
  rule.last_but_one_was_timestamp = n < 2 || special.is_timestamp(sampled[n - 2]);
  const auto last = std::find_if(sampled.rbegin(), sampled.rend(), [&](int32_t t) { return special.is_timestamp(t); });
  if (last != sampled.rend()) {
    // A cue's end may be the next one's start; every other time stamp is later, so that no cue is empty.
    const bool cue_ended = rule.last_was_timestamp && !rule.last_but_one_was_timestamp;
    rule.min_timestamp = cue_ended ? *last : *last + 1;
  }
  return rule;
}

}  // namespace fw

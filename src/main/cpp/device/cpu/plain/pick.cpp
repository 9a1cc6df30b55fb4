#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "device/cpu/chosen_tokens.h"
#include "device/cpu/plain/plain_executor.h"

namespace fw {
namespace {

/** Whether a rule allows a token, the time stamps' sum left aside. */
bool allowed(const TokenRule& rule, const TokenKinds& kinds, int32_t token) {
  const bool stamp = token >= kinds.timestamp_begin;
  if (token < rule.first_token || token > rule.last_token) {
    return false;
  }
  if (rule.unrestricted) {
    return true;
  }
  if (rule.suppress && static_cast<const uint8_t*>(kinds.suppressed.data)[token] != 0) {
    return false;
  }
  if (token == kinds.no_timestamps) {
    return false;
  }
  if (token == kinds.end && (rule.mask_end || rule.first_place)) {
    return false;
  }
  if (token == kinds.blank && rule.first_place) {
    return false;
  }
  if (!rule.timestamps) {
    return !stamp;
  }
  if (stamp) {
    const bool pair_is_whole = rule.last_was_timestamp && rule.last_but_one_was_timestamp;
    const bool too_late = rule.first_place && token > rule.max_initial_timestamp;
    return !pair_is_whole && !too_late && token >= rule.min_timestamp;
  }
  const bool pair_is_open = rule.last_was_timestamp && !rule.last_but_one_was_timestamp;
  return !rule.first_place && !(pair_is_open && token < kinds.end);
}

using TokenTest = std::function<bool(int32_t)>;

/** The natural logarithm of the sum of e^logit over the tokens that pass; minus infinity where none does. */
double log_sum_exp(const float* logits, int32_t n, const TokenTest& test) {
  double largest = -std::numeric_limits<double>::infinity();
  for (int32_t i = 0; i < n; ++i) {
    if (test(i) && logits[i] > largest) {
      largest = logits[i];
    }
  }
  if (!std::isfinite(largest)) {
    return largest;
  }
  double total = 0.0;
  for (int32_t i = 0; i < n; ++i) {
    total += test(i) ? std::exp(logits[i] - largest) : 0.0;
  }
  return largest + std::log(total);
}

/** The permitted tokens, rising. */
std::vector<int32_t> permitted(const float* logits, int32_t n, const TokenRule& rule, const TokenKinds& kinds) {
  const int32_t begin = kinds.timestamp_begin;
  bool only_stamps = false;
  if (!rule.unrestricted && rule.timestamps) {
    double best_other = -std::numeric_limits<double>::infinity();
    for (int32_t i = 0; i < begin; ++i) {
      best_other = allowed(rule, kinds, i) ? std::max(best_other, static_cast<double>(logits[i])) : best_other;
    }
    only_stamps = log_sum_exp(logits, n, [&](int32_t i) { return i >= begin && allowed(rule, kinds, i); }) > best_other;
  }
  std::vector<int32_t> tokens;
  for (int32_t i = only_stamps ? begin : 0; i < n; ++i) {
    if (allowed(rule, kinds, i) && logits[i] > -std::numeric_limits<float>::infinity()) {
      tokens.push_back(i);
    }
  }
  return tokens;
}

Pick pick_one(const float* logits, int32_t n, const TokenRule& rule, const TokenKinds& kinds) {
  Pick pick;
  pick.no_speech_probability =
      static_cast<float>(std::exp(logits[kinds.no_speech] - log_sum_exp(logits, n, [](int32_t) { return true; })));
  std::vector<int32_t> tokens = permitted(logits, n, rule, kinds);
  if (tokens.empty()) {
    pick.candidates.push_back({kinds.end, -std::numeric_limits<float>::infinity()});
    return pick;
  }
  double largest = logits[tokens.front()], total = 0.0;
  for (const int32_t token : tokens) {
    largest = std::max(largest, static_cast<double>(logits[token]));
  }
  for (const int32_t token : tokens) {
    total += std::exp(logits[token] - largest);
  }
  const auto candidate = [&](int32_t token) {
    return Candidate{token, static_cast<float>(logits[token] - largest - std::log(total))};
  };
  if (rule.temperature > 0.0f) {
    std::vector<double> below;
    double sum = 0.0;
    for (const int32_t token : tokens) {
      sum += std::exp((logits[token] - largest) / rule.temperature);
      below.push_back(sum);
    }
    const auto at = std::upper_bound(below.begin(), below.end(), rule.random * sum);
    pick.candidates.push_back(candidate(tokens[static_cast<size_t>(std::min(at, below.end() - 1) - below.begin())]));
    return pick;
  }
  std::stable_sort(tokens.begin(), tokens.end(), [&](int32_t a, int32_t b) { return logits[a] > logits[b]; });
  tokens.resize(std::min(tokens.size(), static_cast<size_t>(rule.n_best)));
  for (const int32_t token : tokens) {
    pick.candidates.push_back(candidate(token));
  }
  return pick;
}

}  // namespace

void PlainExecutor::pick(const PickArgs& args) {
  for (int64_t row = 0; row < args.logits.rows; ++row) {
    const auto i = static_cast<size_t>(row);
    args.picks[i] =
        pick_one(args.logits.f32(row), static_cast<int32_t>(args.logits.cols), rule_of(args, i), *args.kinds);
  }
  keep_chosen(args);
}

void PlainExecutor::token_probability(const TokenProbabilityArgs& args) {
  for (int64_t row = 0; row < args.logits.rows; ++row) {
    const auto i = static_cast<size_t>(row);
    const float* logits = args.logits.f32(row);
    const int32_t target = args.targets[i];
    const bool text = target >= 0 && target < args.end;
    args.probabilities[i] =
        text
            ? static_cast<float>(std::exp(logits[target] - log_sum_exp(logits, args.end, [](int32_t) { return true; })))
            : 0.0f;
  }
}

}  // namespace fw

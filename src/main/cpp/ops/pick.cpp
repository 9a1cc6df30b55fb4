#include "ops/pick.h"

#include "ops/check.h"

namespace fw::ops {

void pick(Executor& executor, const PickArgs& args) {
  check(args.kinds != nullptr, "pick", "the kinds of tokens");
  if (args.logits.rows == 0) {
    return;
  }
  const int64_t n = args.logits.cols;
  const auto inside = [n](int32_t token) { return token >= 0 && token < n; };
  const TokenKinds& kinds = *args.kinds;
  check(inside(kinds.blank) && inside(kinds.end) && inside(kinds.no_speech) && inside(kinds.no_timestamps) &&
            kinds.timestamp_begin >= 0 && kinds.timestamp_begin <= n,
        "pick", "special tokens inside the vocabulary");
  check_sizes("pick", "suppressed", kinds.suppressed, 1, n);
  check(kinds.suppressed.type == DataType::u8, "pick", "suppressed tokens as bytes");
  check_sizes("pick", "logits", args.logits, static_cast<int64_t>(args.rules.size()), n);
  check(args.picks.size() == args.rules.size(), "pick", "one pick a rule");
  for (const TokenRule& rule : args.rules) {
    check(rule.n_best >= 1, "pick", "at least one candidate asked for");
    check(rule.temperature >= 0.0f, "pick", "a temperature of 0 or more");
    check(rule.follows < args.chosen.cols && rule.chosen_at < args.chosen.cols, "pick", "entries of the chosen tokens");
    check(rule.random >= 0.0 && rule.random < 1.0, "pick", "a random number in [0, 1)");
  }
  executor.pick(args);
}

void token_probability(Executor& executor, const TokenProbabilityArgs& args) {
  if (args.logits.rows == 0) {
    return;
  }
  check(args.end > 0 && args.end <= args.logits.cols, "token_probability", "an end inside the vocabulary");
  check(static_cast<int64_t>(args.targets.size()) == args.logits.rows, "token_probability", "one target a row");
  check(args.probabilities.size() == args.targets.size(), "token_probability", "a place for each probability");
  executor.token_probability(args);
}

}  // namespace fw::ops

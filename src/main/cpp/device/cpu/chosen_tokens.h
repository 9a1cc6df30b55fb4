#pragma once

#include "device/executor.h"

namespace fw {

/** The token of a row: as it is given, or one that was chosen before. */
inline int32_t token_of(const EmbedArgs& args, size_t row) {
  const int32_t token = args.tokens[row];
  return token < 0 ? static_cast<const int32_t*>(args.chosen.data)[-1 - token] : token;
}

/** The rule of a row, with the token before it. */
inline TokenRule rule_of(const PickArgs& args, size_t row) {
  const TokenRule& rule = args.rules[row];
  if (rule.follows < 0) return rule;
  return rule_after_token(rule, static_cast<const int32_t*>(args.chosen.data)[rule.follows],
                          args.kinds->timestamp_begin);
}

/** Puts what was picked where a rule wants it. */
inline void keep_chosen(const PickArgs& args) {
  for (size_t row = 0; row < args.rules.size(); ++row) {
    const int32_t at = args.rules[row].chosen_at;
    if (at >= 0) static_cast<int32_t*>(args.chosen.data)[at] = args.picks[row].candidates.front().token;
  }
}

}  // namespace fw

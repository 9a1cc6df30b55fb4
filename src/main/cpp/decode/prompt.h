#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "fastwhisper.h"
#include "model/vocabulary.h"

namespace fw {

/**
 * Tokens of what stands before a window: hotwords (comma-separated), then the text that went before, at most n_max
 * together. Of the text the last tokens are kept, of the hotwords the first; beside a text they take at most half of
 * n_max.
 */
std::vector<int32_t> previous_tokens(const Vocabulary& vocabulary, std::string_view hotwords, std::string_view text,
                                     int32_t n_max);

/** What decoding begins with, and where in it the start token stands. */
struct Prompt {
  std::vector<int32_t> tokens;
  /** Place of <|startoftranscript|>, whose row tells the probability of no-speech. */
  int32_t start_place = 0;

  /** Rows before the first sampled token. */
  int32_t n_tokens() const { return static_cast<int32_t>(tokens.size()); }
};

/**
 * <|startofprev|> and the previous tokens (where there are some), <|startoftranscript|>, language and task (where the
 * vocabulary is multilingual), <|notimestamps|> (where time stamps are off); openai/whisper, decoding.py.
 */
Prompt build_prompt(const SpecialTokens& special, std::span<const int32_t> previous, int32_t language_token,
                    fw_task task, bool timestamps);

}  // namespace fw

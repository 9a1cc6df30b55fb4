#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fw {

/**
 * Ids of the tokens that are no text (openai/whisper, tokenizer.py get_encoding): end-of-text after the text tokens,
 * then start, the languages, and so on without gaps, 1,501 time stamps last. The vocabulary's size tells the layout:
 * 51,864 is English-only, 51,865 multilingual with 99 languages, 51,866 (large-v3 and turbo) with 100.
 * An English-only layout has the language tokens too, though its models were not trained on them.
 */
struct SpecialTokens {
  /** End-of-text; all tokens below it are text. */
  int32_t end = 0;
  int32_t start = 0;
  int32_t first_language = 0;
  /** Number of language tokens, also in an English-only layout. */
  int32_t n_languages = 0;
  int32_t translate = 0;
  int32_t transcribe = 0;
  int32_t start_of_lm = 0;
  /** Goes before a prompt. */
  int32_t start_of_previous = 0;
  int32_t no_speech = 0;
  int32_t no_timestamps = 0;
  /** Time stamp 0.00 s; each of the next 1,500 is 20 ms later. */
  int32_t timestamp_begin = 0;
  int32_t n_vocab = 0;
  bool multilingual = false;

  /** The layout of a vocabulary's size; nothing for a size that no Whisper model has. */
  static std::optional<SpecialTokens> for_vocabulary(int32_t n_vocab);

  bool is_text(int32_t token) const { return token >= 0 && token < end; }
  bool is_timestamp(int32_t token) const { return token >= timestamp_begin && token < n_vocab; }
  bool is_language(int32_t token) const { return token >= first_language && token < first_language + n_languages; }

  /** Token of a code such as "en" or "yue"; nothing for a code that this layout does not have. */
  std::optional<int32_t> language_token(std::string_view code) const;
  /** Code of a language token, static storage; "" for any other token. */
  std::string_view language_code(int32_t token) const;
};

}  // namespace fw

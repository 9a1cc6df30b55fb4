#include "model/special_tokens.h"

#include <algorithm>
#include <array>

namespace fw {
namespace {

/** In the order of their tokens (openai/whisper, tokenizer.py LANGUAGES); the last came with large-v3. */
constexpr std::array<std::string_view, 100> languages = {
    "en", "zh", "de", "es", "ru", "ko", "fr", "ja", "pt",  "tr", "pl", "ca", "nl", "ar", "sv", "it", "id",
    "hi", "fi", "vi", "he", "uk", "el", "ms", "cs", "ro",  "da", "hu", "ta", "no", "th", "ur", "hr", "bg",
    "lt", "la", "mi", "ml", "cy", "sk", "te", "fa", "lv",  "bn", "sr", "az", "sl", "kn", "et", "mk", "br",
    "eu", "is", "hy", "ne", "mn", "bs", "kk", "sq", "sw",  "gl", "mr", "pa", "si", "km", "sn", "yo", "so",
    "af", "oc", "ka", "be", "tg", "sd", "gu", "am", "yi",  "lo", "uz", "fo", "ht", "ps", "tk", "nn", "mt",
    "sa", "lb", "my", "bo", "tl", "mg", "as", "tt", "haw", "ln", "ha", "ba", "jw", "su", "yue"};

constexpr int32_t n_timestamps = 1501;

}  // namespace

std::optional<SpecialTokens> SpecialTokens::for_vocabulary(int32_t n_vocab) {
  SpecialTokens tokens;
  switch (n_vocab) {
    case 51864:
      tokens.end = 50256;
      tokens.n_languages = 99;
      break;
    case 51865:
      tokens.end = 50257;
      tokens.n_languages = 99;
      tokens.multilingual = true;
      break;
    case 51866:
      tokens.end = 50257;
      tokens.n_languages = 100;
      tokens.multilingual = true;
      break;
    default:
      return std::nullopt;
  }
  tokens.start = tokens.end + 1;
  tokens.first_language = tokens.start + 1;
  tokens.translate = tokens.first_language + tokens.n_languages;
  tokens.transcribe = tokens.translate + 1;
  tokens.start_of_lm = tokens.transcribe + 1;
  tokens.start_of_previous = tokens.start_of_lm + 1;
  tokens.no_speech = tokens.start_of_previous + 1;
  tokens.no_timestamps = tokens.no_speech + 1;
  tokens.timestamp_begin = tokens.no_timestamps + 1;
  tokens.n_vocab = tokens.timestamp_begin + n_timestamps;
  return tokens;
}

std::optional<int32_t> SpecialTokens::language_token(std::string_view code) const {
  const auto end_of_layout = languages.begin() + n_languages;
  const auto found = std::find(languages.begin(), end_of_layout, code);
  if (found == end_of_layout) return std::nullopt;
  return first_language + static_cast<int32_t>(found - languages.begin());
}

std::string_view SpecialTokens::language_code(int32_t token) const {
  return is_language(token) ? languages[static_cast<size_t>(token - first_language)] : std::string_view();
}

}  // namespace fw

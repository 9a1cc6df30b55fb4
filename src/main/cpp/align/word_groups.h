#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fw {

/** One token of the text, without time stamps and special tokens. */
struct TextToken {
  /** Its bytes in the vocabulary: raw, possibly a part of a UTF-8 character. */
  std::string_view text;
  /** Number of the cue it belongs to; no word reaches over the border of two cues. */
  int32_t cue = 0;
};

/** A place in the text: before byte `byte` of token `token`; byte may be the token's size. */
struct TextPlace {
  int32_t token = 0;
  int32_t byte = 0;
};

/** Tokens, or parts of them, that make one word. */
struct WordGroup {
  /** Valid UTF-8 with its punctuation, without blanks. */
  std::string text;
  /** What is spoken of it, from its first letter, number or symbol to its last, with the blank before it. */
  TextPlace sound_begin;
  TextPlace sound_end;
  /** Tokens that it has a part in. */
  int32_t first_token = 0;
  int32_t n_tokens = 0;
  int32_t cue = 0;
};

/** Whether a language writes its words without blanks between them (code as in Whisper). */
bool is_written_without_blanks(std::string_view language);

/**
 * The words of a text. Where words stand between blanks, a word is what stands between two blanks, and also ends behind
 * a dash or dots that no blank follows. Else every character with its combining marks is a word, but Latin letters and
 * numbers in a row are one. Punctuation that stands alone belongs to the word before it, opening punctuation to the
 * word behind it. A cue without anything to be spoken has no word. Bytes that are not UTF-8 become U+FFFD.
 */
std::vector<WordGroup> group_words(std::span<const TextToken> tokens, std::string_view language);

}  // namespace fw

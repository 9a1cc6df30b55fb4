#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fw {

/** A character read from UTF-8 text. */
struct Utf8Char {
  char32_t code = 0;
  /** Bytes it takes; 1 for a byte that belongs to no valid character. */
  size_t n_bytes = 1;
  bool valid = false;
};

/** The character at `at`, which is inside the text. Overlong forms, surrogates and codes above U+10FFFF are invalid. */
Utf8Char read_utf8(std::string_view text, size_t at);

/** The text with each byte that belongs to no valid character replaced by U+FFFD. */
std::string make_valid_utf8(std::string_view text);

/** General category L* of Unicode. */
bool is_letter(char32_t code);
/** General category N* of Unicode. */
bool is_number(char32_t code);
/** Property White_Space of Unicode. */
bool is_white_space(char32_t code);

}  // namespace fw

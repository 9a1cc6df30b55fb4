#include "model/unicode.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace fw {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

#include "model/unicode_ranges.inc"

template <size_t n>
bool contains(const Range (&ranges)[n], char32_t code) {
  const auto* after = std::upper_bound(std::begin(ranges), std::end(ranges), code,
                                       [](char32_t value, const Range& range) { return value < range.first; });
  return after != std::begin(ranges) && code <= std::prev(after)->last;
}

}  // namespace

Utf8Char read_utf8(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(at);
  if (lead < 0x80) return {lead, 1, true};
  const size_t n = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() - at < n) return {lead, 1, false};
  char32_t code = lead & (0x7Fu >> n);
  for (size_t i = 1; i != n; ++i) {
    if ((byte(at + i) & 0xC0u) != 0x80u) return {lead, 1, false};
    code = (code << 6) | (byte(at + i) & 0x3Fu);
  }
  constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < smallest[n] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {lead, 1, false};
  return {code, n, true};
}

std::string make_valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  for (size_t at = 0; at != text.size();) {
    const Utf8Char character = read_utf8(text, at);
    valid += character.valid ? text.substr(at, character.n_bytes) : std::string_view("\xEF\xBF\xBD");
    at += character.n_bytes;
  }
  return valid;
}

bool is_letter(char32_t code) { return contains(letters, code); }
bool is_number(char32_t code) { return contains(numbers, code); }

bool is_white_space(char32_t code) {
  return (code >= 0x9 && code <= 0xD) || code == 0x20 || code == 0x85 || code == 0xA0 || code == 0x1680 ||
         (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F ||
         code == 0x3000;
}

}  // namespace fw

#include "align/word_groups.h"

#include <algorithm>
#include <array>

#include "model/unicode.h"

namespace fw {
namespace {

/** One character of the text and where its bytes lie in the tokens. */
struct Glyph {
  char32_t code;
  std::string_view bytes;
  TextPlace begin;
  TextPlace end;
};

/** Marks that are not spoken; "%", "$", "+" and the like are. The general punctuation, CJK and full-width blocks of
 * Unicode. */
bool is_silent(char32_t c) {
  constexpr std::u32string_view ascii = U"!\"'(),-./:;?[]_`{|}~*";
  constexpr std::u32string_view latin = U"\u00a1\u00ab\u00b4\u00b7\u00bb\u00bf";
  return ascii.find(c) != ascii.npos || latin.find(c) != latin.npos || (c >= 0x2010 && c <= 0x205E) ||
         (c >= 0x3001 && c <= 0x3003) || (c >= 0x3008 && c <= 0x301F && c != 0x3012 && c != 0x3013) || c == 0x30FB ||
         (c >= 0xFF01 && c <= 0xFF0F && c != 0xFF03 && c != 0xFF04 && c != 0xFF05 && c != 0xFF0B) ||
         (c >= 0xFF1A && c <= 0xFF1F && c != 0xFF1C && c != 0xFF1D && c != 0xFF1E) || (c >= 0xFF3B && c <= 0xFF40) ||
         (c >= 0xFF5B && c <= 0xFF65);
}

/** Punctuation that belongs to the word behind it (openai/whisper's prepended list, and the brackets and quotes of
 * CJK). */
bool is_opening(char32_t c) {
  constexpr std::u32string_view opening =
      U"\"'([{-"
      U"\u00ab\u00a1\u00bf\u2018\u201a\u201c\u201e\u3008\u300a\u300c\u300e\u3010\u3014\u3016\u3018\u301d\uff08\uff3b"
      U"\uff5b";
  return opening.find(c) != opening.npos;
}

bool is_long_break(char32_t c) { return c == 0x2014 || c == 0x2015 || c == 0x2026; }

/** Latin letters and European digits: words of their own inside a text without blanks. */
bool is_latin(char32_t c) {
  return (c < 0x250 && (is_letter(c) || is_number(c))) || (c >= 0xFF10 && c <= 0xFF19) ||
         (c >= 0xFF21 && c <= 0xFF3A) || (c >= 0xFF41 && c <= 0xFF5A);
}

/** The characters of the tokens [first, end), which are joined in bytes. */
std::vector<Glyph> read_glyphs(std::span<const TextToken> tokens, int32_t first, int32_t end,
                               const std::string& bytes) {
  std::vector<Glyph> glyphs;
  TextPlace place{first, 0};
  for (size_t at = 0; at != bytes.size();) {
    const Utf8Char character = read_utf8(bytes, at);
    const auto size_of = [&](int32_t token) { return static_cast<int32_t>(tokens[token].text.size()); };
    while (place.byte == size_of(place.token) && place.token + 1 != end) place = {place.token + 1, 0};
    Glyph glyph{
        character.valid ? character.code : U'\uFFFD',
        character.valid ? std::string_view(bytes).substr(at, character.n_bytes) : std::string_view("\xEF\xBF\xBD"),
        place, place};
    auto left = static_cast<int32_t>(character.n_bytes);
    while (left > size_of(place.token) - place.byte) {
      left -= size_of(place.token) - place.byte;
      place = {place.token + 1, 0};
    }
    place.byte += left;
    glyph.end = place;
    glyphs.push_back(glyph);
    at += character.n_bytes;
  }
  return glyphs;
}

/** A word that grows; has_sound once something of it is spoken. */
struct Draft {
  WordGroup group;
  bool has_sound = false;
  bool opens = false;
  char32_t last_code = 0;
  char32_t last_sound = 0;
};

/** Divides the characters of one cue. */
class Grouper {
 public:
  Grouper(bool without_blanks, int32_t cue) : without_blanks_(without_blanks), cue_(cue) {}

  void add(const Glyph& glyph) {
    if (is_white_space(glyph.code)) {
      open_ = false;
      // The blank of a token is spoken of as the start of its word: the token's time begins before it.
      if (!blank_pending_) blank_ = glyph.begin;
      blank_pending_ = true;
      return;
    }
    if (open_ && splits_before(glyph)) open_ = false;
    if (!open_) {
      drafts_.emplace_back();
      drafts_.back().opens = is_opening(glyph.code);
      drafts_.back().group.cue = cue_;
      drafts_.back().group.first_token = glyph.begin.token;
      open_ = true;
    }
    const bool after_blank = blank_pending_ && blank_.token == glyph.begin.token;
    append(drafts_.back(), glyph, after_blank ? blank_ : glyph.begin);
    blank_pending_ = false;
  }

  /** Attaches what is not spoken to its neighbours and gives the words to `groups`. */
  void finish(std::vector<WordGroup>& groups) {
    std::vector<Draft> words;
    for (size_t i = 0; i != drafts_.size(); ++i) {
      Draft& draft = drafts_[i];
      const bool has_next = i + 1 != drafts_.size();
      if (draft.has_sound) {
        words.push_back(std::move(draft));
      } else if (has_next && (draft.opens || words.empty())) {
        prepend(draft, drafts_[i + 1]);
      } else if (!words.empty()) {
        join(words.back(), draft);
      }
    }
    for (Draft& word : words) groups.push_back(std::move(word.group));
  }

 private:
  bool splits_before(const Glyph& glyph) const {
    const Draft& draft = drafts_.back();
    if (!draft.has_sound) return false;
    if (is_silent(glyph.code)) return without_blanks_ && is_opening(glyph.code) && !is_latin(draft.last_sound);
    if (!without_blanks_) {
      const std::string& text = draft.group.text;
      return is_long_break(draft.last_code) || (text.size() >= 2 && text.ends_with(".."));
    }
    if (!is_letter(glyph.code) && !is_number(glyph.code)) return false;
    // Marks of CJK divide Latin words too; a hyphen or an apostrophe does not.
    const bool goes_on = is_latin(draft.last_code) || draft.last_code < 0x3000;
    return !(is_latin(glyph.code) && is_latin(draft.last_sound) && goes_on);
  }

  static void append(Draft& draft, const Glyph& glyph, TextPlace begin) {
    draft.group.text += glyph.bytes;
    draft.group.n_tokens = glyph.end.token + 1 - draft.group.first_token;
    draft.last_code = glyph.code;
    if (is_silent(glyph.code)) return;
    if (!draft.has_sound) draft.group.sound_begin = begin;
    draft.has_sound = true;
    draft.group.sound_end = glyph.end;
    draft.last_sound = glyph.code;
  }

  static void join(Draft& word, const Draft& mark) {
    word.group.text += mark.group.text;
    word.group.n_tokens = mark.group.first_token + mark.group.n_tokens - word.group.first_token;
  }

  static void prepend(const Draft& mark, Draft& word) {
    word.group.text = mark.group.text + word.group.text;
    word.group.n_tokens += word.group.first_token - mark.group.first_token;
    word.group.first_token = mark.group.first_token;
  }

  bool without_blanks_;
  int32_t cue_;
  std::vector<Draft> drafts_;
  bool open_ = false;
  bool blank_pending_ = false;
  TextPlace blank_;
};

}  // namespace

bool is_written_without_blanks(std::string_view language) {
  constexpr std::array<std::string_view, 7> languages = {"zh", "yue", "ja", "th", "lo", "my", "km"};
  return std::find(languages.begin(), languages.end(), language) != languages.end();
}

std::vector<WordGroup> group_words(std::span<const TextToken> tokens, std::string_view language) {
  const bool without_blanks = is_written_without_blanks(language);
  const auto n_tokens = static_cast<int32_t>(tokens.size());
  std::vector<WordGroup> groups;
  for (int32_t first = 0; first != n_tokens;) {
    int32_t end = first;
    std::string bytes;
    for (; end != n_tokens && tokens[end].cue == tokens[first].cue; ++end) bytes += tokens[end].text;
    Grouper grouper(without_blanks, tokens[first].cue);
    for (const Glyph& glyph : read_glyphs(tokens, first, end, bytes)) grouper.add(glyph);
    grouper.finish(groups);
    first = end;
  }
  return groups;
}

}  // namespace fw

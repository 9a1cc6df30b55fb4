#include "model/vocabulary.h"

#include <algorithm>
#include <queue>

#include "base/error.h"
#include "model/text_pieces.h"
#include "model/unicode.h"

namespace fw {
namespace {

/** Marks that are one token or not to be looked at (openai/whisper, tokenizer.py non_speech_tokens). */
constexpr std::string_view single_marks[] = {
    "\"",  "#",  "(",  ")",  "*",   "+",  "/",  ":",   ";",   "<",  "=",  ">",  "@",  "[",   "\\",  "]",
    "^",   "_",  "`",  "{",  "|",   "}",  "~",  "「",  "」",  "『", "』", "<<", ">>", "<<<", ">>>", "--",
    "---", "-(", "-[", "('", "(\"", "((", "))", "(((", ")))", "[[", "]]", "{{", "}}", "♪♪",  "♪♪♪"};
/** Signs of music, of which the first token is suppressed even where there are several. */
constexpr std::string_view music_marks[] = {"♩", "♪", "♫", "♬", "♭", "♮", "♯"};

SpecialTokens special_for(int32_t n_vocab) {
  const auto special = SpecialTokens::for_vocabulary(n_vocab);
  if (!special) throw Error(FW_STATUS_MODEL_FILE, "no Whisper vocabulary has " + std::to_string(n_vocab) + " tokens");
  return *special;
}

}  // namespace

Vocabulary::Vocabulary(int32_t n_vocab, std::vector<std::string> text_tokens)
    : special_(special_for(n_vocab)), text_tokens_(std::move(text_tokens)) {
  text_tokens_.resize(static_cast<size_t>(special_.end));
  ids_.reserve(text_tokens_.size());
  for (size_t id = 0; id != text_tokens_.size(); ++id) {
    if (!text_tokens_[id].empty()) ids_.emplace(text_tokens_[id], static_cast<int32_t>(id));
  }
  suppressed_ = list_suppressed();
}

std::string_view Vocabulary::bytes(int32_t token) const {
  return special_.is_text(token) ? std::string_view(text_tokens_[static_cast<size_t>(token)]) : std::string_view();
}

std::string Vocabulary::decode(std::span<const int32_t> tokens) const {
  std::string joined;
  for (const int32_t token : tokens) joined += bytes(token);
  return make_valid_utf8(joined);
}

std::optional<int32_t> Vocabulary::find(std::string_view bytes) const {
  const auto found = ids_.find(bytes);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

std::optional<int32_t> Vocabulary::blank() const { return find(" "); }

std::vector<int32_t> Vocabulary::encode(std::string_view text) const {
  std::vector<int32_t> tokens;
  for (const std::string_view piece : split_pieces(text)) {
    if (const auto whole = find(piece)) {
      tokens.push_back(*whole);
    } else {
      merge_piece(piece, tokens);
    }
  }
  return tokens;
}

void Vocabulary::merge_piece(std::string_view piece, std::vector<int32_t>& tokens) const {
  // Parts begin at their first byte; next[i] is where the part after i begins, 0 marks a part that was merged away.
  // A heap of possible merges, lowest id and then leftmost first, keeps a long piece from taking quadratic time.
  const size_t n = piece.size();
  std::vector<size_t> next(n + 1);
  std::vector<size_t> previous(n + 1);
  for (size_t i = 0; i <= n; ++i) {
    next[i] = i + 1;
    previous[i] = i == 0 ? 0 : i - 1;
  }
  struct Merge {
    int32_t id;
    size_t first;
    size_t end;
    bool operator>(const Merge& other) const { return id != other.id ? id > other.id : first > other.first; }
  };
  std::priority_queue<Merge, std::vector<Merge>, std::greater<>> merges;
  const auto offer = [&](size_t first) {
    if (next[first] >= n) return;
    const size_t end = next[next[first]];
    if (const auto id = find(piece.substr(first, end - first))) merges.push({*id, first, end});
  };
  for (size_t i = 0; i != n; ++i) offer(i);
  while (!merges.empty()) {
    const Merge merge = merges.top();
    merges.pop();
    const size_t second = next[merge.first];
    // Offers of parts that have changed since are dropped.
    if (second == 0 || second >= n || next[second] != merge.end) continue;
    next[second] = 0;
    next[merge.first] = merge.end;
    previous[merge.end] = merge.first;
    offer(merge.first);
    if (merge.first != 0) offer(previous[merge.first]);
  }
  for (size_t first = 0; first < n; first = next[first]) {
    if (const auto id = find(piece.substr(first, next[first] - first))) tokens.push_back(*id);
  }
}

std::vector<int32_t> Vocabulary::list_suppressed() const {
  std::vector<int32_t> listed;
  const auto add = [&](const std::string& mark, bool first_of_several) {
    for (const std::string& text : {mark, " " + mark}) {
      const std::vector<int32_t> tokens = encode(text);
      if (tokens.size() == 1 || (first_of_several && !tokens.empty())) listed.push_back(tokens.front());
    }
  };
  for (const std::string_view mark : single_marks) add(std::string(mark), false);
  for (const std::string_view mark : music_marks) add(std::string(mark), true);
  // A hyphen or apostrophe may stand inside a word, not before one.
  for (const std::string_view mark : {" -", " '"}) {
    if (const auto id = find(mark)) listed.push_back(*id);
  }
  for (int32_t id = special_.start; id != special_.no_timestamps; ++id) listed.push_back(id);
  std::sort(listed.begin(), listed.end());
  listed.erase(std::unique(listed.begin(), listed.end()), listed.end());
  return listed;
}

}  // namespace fw

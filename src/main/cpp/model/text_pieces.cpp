#include "model/text_pieces.h"

#include "model/unicode.h"

namespace fw {
namespace {

enum class Kind { letter, number, space, mark };

Kind kind_of(const Utf8Char& character) {
  if (!character.valid) return Kind::mark;
  if (is_letter(character.code)) return Kind::letter;
  if (is_number(character.code)) return Kind::number;
  return is_white_space(character.code) ? Kind::space : Kind::mark;
}

size_t ending_length(std::string_view rest) {
  for (const std::string_view ending : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"}) {
    if (rest.starts_with(ending)) return ending.size();
  }
  return 0;
}

/** Where the run of one kind that begins at `at` ends, and where its last character begins. */
struct Run {
  size_t end;
  size_t last;
};

Run run_of(std::string_view text, size_t at, Kind kind) {
  Run run{at, at};
  while (run.end != text.size()) {
    const Utf8Char character = read_utf8(text, run.end);
    if (kind_of(character) != kind) break;
    run.last = run.end;
    run.end += character.n_bytes;
  }
  return run;
}

size_t piece_length(std::string_view text, size_t at) {
  if (const size_t length = ending_length(text.substr(at)); length != 0) return length;
  size_t first = at;
  if (text[at] == ' ' && at + 1 != text.size()) ++first;
  const Kind kind = kind_of(read_utf8(text, first));
  if (kind != Kind::space) return run_of(text, first, kind).end - at;
  const Run run = run_of(text, at, Kind::space);
  // The last blank of several belongs to what follows it.
  const bool followed = run.end != text.size() && run.last != at;
  return (followed ? run.last : run.end) - at;
}

}  // namespace

std::vector<std::string_view> split_pieces(std::string_view text) {
  std::vector<std::string_view> pieces;
  for (size_t at = 0; at != text.size();) {
    pieces.push_back(text.substr(at, piece_length(text, at)));
    at += pieces.back().size();
  }
  return pieces;
}

}  // namespace fw

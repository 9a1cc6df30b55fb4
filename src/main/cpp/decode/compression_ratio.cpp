#include "decode/compression_ratio.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <queue>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace fw {
namespace {

// RFC 1951, 3.2.5: matches, their symbols and extra bits.
constexpr size_t min_match = 3;
constexpr size_t max_match = 258;
constexpr size_t max_distance = 32768;
constexpr size_t end_of_block = 256;
constexpr size_t n_literals = 286;
constexpr size_t n_distances = 30;
// zlib's level 6: how many earlier places are looked at, and up to which length a later match may still be better.
constexpr size_t max_chain = 128;
constexpr size_t max_lazy = 16;

struct Match {
  size_t length = 0;
  size_t distance = 0;
};

struct Symbol {
  size_t code;
  size_t extra_bits;
};

Symbol length_symbol(size_t length) {
  const size_t l = length - min_match;
  if (length == max_match) return {285, 0};
  if (l < 8) return {257 + l, 0};
  const size_t extra = static_cast<size_t>(std::bit_width(l)) - 3;
  return {257 + 4 * extra + (l >> extra), extra};
}

Symbol distance_symbol(size_t distance) {
  const size_t d = distance - 1;
  if (d < 4) return {d, 0};
  const size_t extra = static_cast<size_t>(std::bit_width(d)) - 2;
  return {2 * extra + (d >> extra), extra};
}

/** The places where the three bytes at a place stood before. */
class MatchFinder {
 public:
  explicit MatchFinder(std::string_view text) : text_(text), before_(text.size(), none) {}

  /** Makes a place known to later ones; places go up by one from 0, which is never found: zlib's mark for "none". */
  void insert(size_t place) {
    if (place == 0 || place + min_match > text_.size()) return;
    const auto [last, is_new] = last_.try_emplace(key(place), place);
    if (!is_new) before_[place] = std::exchange(last->second, place);
  }

  /** The longest match for a place that was inserted, the nearest among equals. */
  Match find(size_t place) const {
    Match best;
    size_t before = before_[place];
    for (size_t n = 0; n != max_chain && before != none && place - before <= max_distance; ++n) {
      const size_t most = std::min(max_match, text_.size() - place);
      size_t length = 0;
      while (length != most && text_[before + length] == text_[place + length]) ++length;
      if (length > best.length) best = {length, place - before};
      before = before_[before];
    }
    return best;
  }

 private:
  static constexpr size_t none = SIZE_MAX;

  uint32_t key(size_t place) const {
    const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(text_[place + i])); };
    return byte(0) << 16 | byte(1) << 8 | byte(2);
  }

  std::string_view text_;
  std::vector<size_t> before_;
  std::unordered_map<uint32_t, size_t> last_;
};

/** How often each symbol occurs, and the bits that follow symbols. */
struct Counts {
  std::array<size_t, n_literals> literals{};
  std::array<size_t, n_distances> distances{};
  size_t extra_bits = 0;

  void add(const Match& match) {
    const Symbol length = length_symbol(match.length);
    const Symbol distance = distance_symbol(match.distance);
    ++literals[length.code];
    ++distances[distance.code];
    extra_bits += length.extra_bits + distance.extra_bits;
  }
};

/** Literals and matches as zlib chooses them: a match gives way to a longer one at the next byte. */
Counts count_symbols(std::string_view text) {
  Counts counts;
  MatchFinder finder(text);
  Match held;
  size_t inserted = 0;
  for (size_t place = 0; place != text.size();) {
    for (; inserted <= place; ++inserted) finder.insert(inserted);
    const Match found = held.length < max_lazy ? finder.find(place) : Match{};
    if (held.length >= min_match && found.length <= held.length) {
      counts.add(held);
      place += held.length - 1;
      held = {};
      continue;
    }
    // The byte before was held back in hope of this longer match.
    if (held.length >= min_match) ++counts.literals[static_cast<unsigned char>(text[place - 1])];
    held = found;
    if (held.length < min_match) {
      ++counts.literals[static_cast<unsigned char>(text[place])];
      held = {};
    } else if (place + 1 == text.size()) {
      counts.add(held);
    }
    ++place;
  }
  counts.literals[end_of_block] = 1;
  return counts;
}

/** Lengths of the best prefix code (Huffman 1952); 0 for what does not occur. */
std::vector<size_t> code_lengths(std::span<const size_t> counts) {
  using Node = std::pair<size_t, size_t>;  // count, number
  std::priority_queue<Node, std::vector<Node>, std::greater<>> open;
  for (size_t s = 0; s != counts.size(); ++s) {
    if (counts[s] != 0) open.emplace(counts[s], s);
  }
  std::vector<size_t> lengths(counts.size(), 0);
  if (open.size() == 1) lengths[open.top().second] = 1;
  std::vector<size_t> parents(counts.size(), 0);
  while (open.size() > 1) {
    const Node a = open.top();
    open.pop();
    const Node b = open.top();
    open.pop();
    const size_t parent = parents.size();
    parents.push_back(0);
    parents[a.second] = parents[b.second] = parent;
    open.emplace(a.first + b.first, parent);
  }
  std::vector<size_t> depths(parents.size(), 0);
  for (size_t n = parents.size(); n-- != 0;) {
    if (parents[n] != 0) depths[n] = depths[parents[n]] + 1;
    if (n < counts.size() && parents[n] != 0) lengths[n] = depths[n];
  }
  return lengths;
}

size_t coded_bits(std::span<const size_t> counts, std::span<const size_t> lengths) {
  size_t bits = 0;
  for (size_t s = 0; s != counts.size(); ++s) bits += counts[s] * lengths[s];
  return bits;
}

size_t used(std::span<const size_t> lengths, size_t least) {
  size_t n = lengths.size();
  while (n > least && lengths[n - 1] == 0) --n;
  return n;
}

/** Bits of the head of a block that brings its own codes (RFC 1951, 3.2.7). */
size_t head_bits(std::span<const size_t> literals, std::span<const size_t> distances) {
  std::vector<size_t> lengths(literals.begin(), literals.begin() + static_cast<std::ptrdiff_t>(used(literals, 257)));
  lengths.insert(lengths.end(), distances.begin(), distances.begin() + static_cast<std::ptrdiff_t>(used(distances, 1)));
  std::array<size_t, 19> counts{};
  size_t extra_bits = 0;
  for (size_t i = 0; i != lengths.size();) {
    size_t run = 1;
    while (i + run != lengths.size() && lengths[i + run] == lengths[i]) ++run;
    const bool zeros = lengths[i] == 0;
    if (!zeros) {
      ++counts[lengths[i++]];
      --run;
    }
    while (run >= 3) {
      const size_t n = std::min<size_t>(run, zeros ? 138 : 6);
      const size_t symbol = !zeros ? 16 : n > 10 ? 18 : 17;
      ++counts[symbol];
      extra_bits += symbol == 18 ? 7 : symbol == 17 ? 3 : 2;
      run -= n;
      i += n;
    }
    counts[zeros ? 0 : lengths[i - 1]] += run;
    i += run;
  }
  constexpr std::array<size_t, 19> order = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  const std::vector<size_t> code = code_lengths(counts);
  size_t n_sent = order.size();
  while (n_sent > 4 && code[order[n_sent - 1]] == 0) --n_sent;
  return 5 + 5 + 4 + 3 * n_sent + coded_bits(counts, code) + extra_bits;
}

size_t own_code_bits(const Counts& counts) {
  const std::vector<size_t> literals = code_lengths(counts.literals);
  const std::vector<size_t> distances = code_lengths(counts.distances);
  return head_bits(literals, distances) + coded_bits(counts.literals, literals) +
         coded_bits(counts.distances, distances);
}

/** The fixed code of RFC 1951, 3.2.6. */
size_t fixed_code_bits(const Counts& counts) {
  size_t bits = 0;
  for (size_t s = 0; s != n_literals; ++s) bits += counts.literals[s] * (s < 144 ? 8 : s < 256 ? 9 : s < 280 ? 7 : 8);
  for (const size_t n : counts.distances) bits += 5 * n;
  return bits;
}

}  // namespace

size_t deflated_size(std::string_view text) {
  constexpr size_t frame_bytes = 2 + 4;
  constexpr size_t block_head_bits = 3;
  const Counts counts = count_symbols(text);
  const size_t bits = block_head_bits + counts.extra_bits + std::min(own_code_bits(counts), fixed_code_bits(counts));
  const size_t stored_bytes = 1 + 4 + text.size();
  return frame_bytes + std::min((bits + 7) / 8, stored_bytes);
}

float compression_ratio(std::string_view text) {
  if (text.empty()) return 0.0f;
  return static_cast<float>(static_cast<double>(text.size()) / static_cast<double>(deflated_size(text)));
}

}  // namespace fw

#include "model/alignment_heads.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <string>

#include "base/error.h"

namespace fw {
namespace {

// The heads of OpenAI's models (openai/whisper, __init__.py _ALIGNMENT_HEADS), as the pairs that whisper.cpp lists in
// src/whisper.cpp, g_aheads_* (commit 5ec6ad56221c591cfdc704db84c3d44bb69fbf86).
constexpr AlignmentHead tiny_en[] = {{1, 0}, {2, 0}, {2, 5}, {3, 0}, {3, 1}, {3, 2}, {3, 3}, {3, 4}};
constexpr AlignmentHead tiny[] = {{2, 2}, {3, 0}, {3, 2}, {3, 3}, {3, 4}, {3, 5}};
constexpr AlignmentHead base_en[] = {{3, 3}, {4, 7}, {5, 1}, {5, 5}, {5, 7}};
constexpr AlignmentHead base[] = {{3, 1}, {4, 2}, {4, 3}, {4, 7}, {5, 1}, {5, 2}, {5, 4}, {5, 6}};
constexpr AlignmentHead small_en[] = {{6, 6},  {7, 0},  {7, 3},   {7, 8},  {8, 2},  {8, 5},  {8, 7},
                                      {9, 0},  {9, 4},  {9, 8},   {9, 10}, {10, 0}, {10, 1}, {10, 2},
                                      {10, 3}, {10, 6}, {10, 11}, {11, 2}, {11, 4}};
constexpr AlignmentHead small[] = {{5, 3}, {5, 9}, {8, 0}, {8, 4}, {8, 7}, {8, 8}, {9, 0}, {9, 7}, {9, 9}, {10, 5}};
constexpr AlignmentHead medium_en[] = {{11, 4},  {14, 1}, {14, 12}, {14, 14}, {15, 4},  {16, 0},
                                       {16, 4},  {16, 9}, {17, 12}, {17, 14}, {18, 7},  {18, 10},
                                       {18, 15}, {20, 0}, {20, 3},  {20, 9},  {20, 14}, {21, 12}};
constexpr AlignmentHead medium[] = {{13, 15}, {15, 4}, {15, 15}, {16, 1}, {20, 0}, {23, 4}};
constexpr AlignmentHead large_v2[] = {{10, 12}, {13, 17}, {16, 11}, {16, 12}, {16, 13}, {17, 15}, {17, 16}, {18, 4},
                                      {18, 11}, {18, 19}, {19, 11}, {21, 2},  {21, 3},  {22, 3},  {22, 9},  {22, 12},
                                      {23, 5},  {23, 7},  {23, 13}, {25, 5},  {26, 1},  {26, 12}, {27, 15}};
constexpr AlignmentHead large_v3[] = {{7, 0},   {10, 17}, {12, 18}, {13, 12}, {16, 1},
                                      {17, 14}, {19, 11}, {21, 4},  {24, 1},  {25, 6}};
constexpr AlignmentHead large_v3_turbo[] = {{2, 4}, {2, 11}, {3, 3}, {3, 6}, {3, 11}, {3, 14}};

/** What tells OpenAI's models apart: all of them have heads of width 64, and decoders as wide as their encoders. */
struct PublishedHeads {
  int32_t n_vocab;
  int32_t n_state;
  int32_t n_audio_layer;
  int32_t n_text_layer;
  std::span<const AlignmentHead> heads;
};

constexpr int32_t english = 51864;
constexpr int32_t multilingual = 51865;
constexpr int32_t multilingual_v3 = 51866;
const PublishedHeads published[] = {
    {english, 384, 4, 4, tiny_en},
    {multilingual, 384, 4, 4, tiny},
    {english, 512, 6, 6, base_en},
    {multilingual, 512, 6, 6, base},
    {english, 768, 12, 12, small_en},
    {multilingual, 768, 12, 12, small},
    {english, 1024, 24, 24, medium_en},
    {multilingual, 1024, 24, 24, medium},
    {multilingual, 1280, 32, 32, large_v2},
    {multilingual_v3, 1280, 32, 32, large_v3},
    {multilingual_v3, 1280, 32, 4, large_v3_turbo},
};
constexpr int32_t published_head_width = 64;

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<int32_t> parse_number(std::string_view text) {
  text = trim(text);
  int32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

AlignmentHead parse_head(std::string_view entry, const ModelShape& shape) {
  const size_t colon = entry.find(':');
  const auto layer = parse_number(entry.substr(0, colon));
  const auto head = colon == std::string_view::npos ? std::nullopt : parse_number(entry.substr(colon + 1));
  if (!layer || !head) {
    throw Error(FW_STATUS_INVALID_ARGUMENT,
                "alignment heads: expected layer:head, found \"" + std::string(entry) + "\"");
  }
  if (*layer < 0 || *layer >= shape.n_text_layer || *head < 0 || *head >= shape.n_text_head) {
    throw Error(FW_STATUS_INVALID_ARGUMENT,
                "alignment heads: expected layers 0 to " + std::to_string(shape.n_text_layer - 1) + " and heads 0 to " +
                    std::to_string(shape.n_text_head - 1) + ", found \"" + std::string(entry) + "\"");
  }
  return {*layer, *head};
}

}  // namespace

std::vector<AlignmentHead> alignment_heads_for(const ModelShape& shape) {
  for (const PublishedHeads& known : published) {
    if (shape.n_vocab == known.n_vocab && shape.n_text_state == known.n_state &&
        shape.n_audio_layer == known.n_audio_layer && shape.n_text_layer == known.n_text_layer &&
        shape.n_text_head * published_head_width == known.n_state) {
      return {known.heads.begin(), known.heads.end()};
    }
  }
  std::vector<AlignmentHead> heads;
  for (int32_t layer = shape.n_text_layer / 2; layer != shape.n_text_layer; ++layer) {
    for (int32_t head = 0; head != shape.n_text_head; ++head) heads.push_back({layer, head});
  }
  return heads;
}

std::vector<AlignmentHead> parse_alignment_heads(std::string_view text, const ModelShape& shape) {
  std::vector<AlignmentHead> heads;
  for (size_t first = 0; first <= text.size();) {
    const size_t comma = std::min(text.find(',', first), text.size());
    const AlignmentHead head = parse_head(text.substr(first, comma - first), shape);
    if (std::find(heads.begin(), heads.end(), head) != heads.end()) {
      throw Error(FW_STATUS_INVALID_ARGUMENT, "alignment heads: " + std::to_string(head.layer) + ":" +
                                                  std::to_string(head.head) + " is named twice");
    }
    heads.push_back(head);
    first = comma + 1;
  }
  return heads;
}

}  // namespace fw

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "align/word_groups.h"
#include "align/word_times.h"
#include "audio/loudness.h"
#include "audio/window_plan.h"
#include "base/error.h"

namespace fw {
namespace {

/** An encoder frame, 20 ms (Radford et al. 2022, 2.2), and the step at which loudness is looked at, 10 ms. */
constexpr int32_t kFrameSamples = 320;
constexpr int32_t kHop = 160;

/** A stretch of the window, in samples. */
struct Range {
  int64_t begin;
  int64_t end;
};

/**
 * Silences of at least 120 ms: longer than the closure of a stop consonant. Silent is what lies in the lower third
 * between the window's quiet and its loud frames, in dB.
 */
std::vector<Range> find_pauses(std::span<const float> samples) {
  constexpr int64_t kMinPauseFrames = 12;
  const std::vector<float> levels = frame_levels_db(samples, kHop);
  const float floor = quantile(levels, 0.05);
  const float speech = quantile(levels, 0.95);
  const float threshold = floor + 0.35f * (speech - floor);
  std::vector<Range> pauses;
  const auto n = static_cast<int64_t>(levels.size());
  for (int64_t i = 0; i < n;) {
    int64_t j = i;
    while (j < n && levels[static_cast<size_t>(j)] <= threshold) ++j;
    if (j - i >= kMinPauseFrames) pauses.push_back({i * kHop, std::min<int64_t>(j * kHop, samples.size())});
    i = j + 1;
  }
  return pauses;
}

int64_t distance(const Range& pause, int64_t from, int64_t to) {
  return std::max<int64_t>({0, pause.begin - to, from - pause.end});
}

/**
 * Gives each pause to the border of words next to it, so that the word before ends where the pause begins and the word
 * behind begins where it ends: the path alone puts the border anywhere inside. A pause farther than 300 ms from every
 * border is taken for one inside a word, unless it is longer than any such.
 */
void settle_at_pauses(std::vector<Range>& words, std::span<const float> samples) {
  constexpr int64_t kReach = 16 * 300;
  constexpr int64_t kLongPause = 16 * 500;
  const size_t n = words.size();
  std::vector<Range> chosen(n + 1, Range{0, 0});
  for (const Range& pause : find_pauses(samples)) {
    size_t nearest = 0;
    int64_t nearest_distance = INT64_MAX;
    for (size_t k = 0; k <= n; ++k) {
      const int64_t from = k == 0 ? 0 : words[k - 1].end;
      const int64_t to = k == n ? static_cast<int64_t>(samples.size()) : words[k].begin;
      const int64_t d = distance(pause, std::min(from, to), std::max(from, to));
      if (d < nearest_distance) {
        nearest = k;
        nearest_distance = d;
      }
    }
    const bool taken = nearest_distance <= kReach || pause.end - pause.begin >= kLongPause;
    if (taken && pause.end - pause.begin > chosen[nearest].end - chosen[nearest].begin) chosen[nearest] = pause;
  }
  for (size_t k = 0; k <= n; ++k) {
    if (chosen[k].end == 0) continue;
    if (k > 0) words[k - 1].end = chosen[k].begin;
    if (k < n) words[k].begin = chosen[k].end;
  }
}

/** Gives every word a length and its own time inside the window, in their order: where words are crowded, 20 ms or
 * less. */
void spread(std::vector<Range>& words, int64_t n_samples) {
  const auto n = static_cast<int64_t>(words.size());
  const int64_t shortest = std::clamp<int64_t>(n_samples / n, 1, kFrameSamples);
  int64_t free_from = 0;
  for (Range& word : words) {
    word.begin = std::max(word.begin, free_from);
    word.end = std::max(word.end, word.begin + shortest);
    free_from = word.end;
  }
  int64_t free_to = n_samples;
  for (auto word = words.rbegin(); word != words.rend(); ++word) {
    word->end = std::min(word->end, free_to);
    word->begin = std::max<int64_t>(0, std::min(word->begin, word->end - shortest));
    free_to = word->begin;
  }
}

/** Cuts a word to the span that holds most of it: between two spans lies time that was left out. */
void cut_at_joins(Range& word, std::span<const fw_span> spans) {
  Range best = word;
  int64_t longest = 0;
  int64_t join = 0;
  for (const fw_span& span : spans) {
    const Range part{std::max(word.begin, join), std::min(word.end, join + span.n_samples)};
    if (part.end - part.begin > longest) {
      best = part;
      longest = part.end - part.begin;
    }
    join += span.n_samples;
  }
  word = best;
}

}  // namespace

int32_t alignment_frames(int64_t n_samples) {
  return static_cast<int32_t>(std::max<int64_t>(1, (n_samples + kFrameSamples - 1) / kFrameSamples));
}

std::vector<Word> time_words(const WordRequest& request) {
  if (request.tokens.empty()) return {};
  const std::vector<WordGroup> groups = group_words(request.tokens, request.language);
  const auto n_samples = static_cast<int64_t>(request.samples.size());
  const std::vector<int32_t>& first = request.alignment.first_frames;
  const size_t n_predicted = request.tokens.size() + static_cast<size_t>(request.n_prefix);
  if (first.size() != request.tokens.size() + 1 || request.alignment.next_probability.size() != n_predicted) {
    throw Error(FW_STATUS_INTERNAL, "time_words: a path of " + std::to_string(first.size()) + " rows and " +
                                        std::to_string(request.alignment.next_probability.size()) +
                                        " probabilities for " + std::to_string(request.n_prefix) + " + " +
                                        std::to_string(request.tokens.size()) + " tokens");
  }

  const auto at = [&](const TextPlace& place) {
    const auto token = static_cast<size_t>(place.token);
    const double size = std::max<double>(1.0, static_cast<double>(request.tokens[token].text.size()));
    const double frame = first[token] + (first[token + 1] - first[token]) * (place.byte / size);
    return std::min<int64_t>(n_samples, std::llround(frame * kFrameSamples));
  };
  std::vector<Range> ranges;
  for (const WordGroup& group : groups) ranges.push_back({at(group.sound_begin), at(group.sound_end)});
  if (groups.empty()) return {};
  settle_at_pauses(ranges, request.samples);
  spread(ranges, n_samples);

  std::vector<Word> words;
  for (size_t i = 0; i < groups.size(); ++i) {
    const WordGroup& group = groups[i];
    cut_at_joins(ranges[i], request.spans);
    float sum = 0.0f;
    for (int32_t t = group.first_token; t != group.first_token + group.n_tokens; ++t) {
      sum += request.alignment.next_probability[static_cast<size_t>(request.n_prefix - 1 + t)];
    }
    words.push_back(Word{.text = group.text,
                         .first_sample = source_sample(request.spans, ranges[i].begin),
                         .end_sample = source_sample(request.spans, ranges[i].end, true),
                         .probability = sum / static_cast<float>(std::max(1, group.n_tokens)),
                         .cue = group.cue,
                         .first_token = group.first_token,
                         .n_tokens = group.n_tokens});
  }
  return words;
}

}  // namespace fw

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "align/dtw.h"
#include "align/word_groups.h"
#include "align/word_times.h"
#include "audio/loudness.h"
#include "audio/window_plan.h"
#include "base/error.h"

namespace fw {
namespace {

constexpr int32_t kFrameSamples = 320;
constexpr int32_t kHop = 160;

/** A stretch of the window, in samples. */
struct Range {
  int64_t begin;
  int64_t end;
};

/** Silences of at least 120 ms, in samples of the window. */
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

}  // namespace

std::vector<Word> time_words(const WordRequest& request) {
  const auto n_tokens = static_cast<int32_t>(request.tokens.size());
  if (n_tokens == 0) return {};
  const std::vector<WordGroup> groups = group_words(request.tokens, request.language);
  const auto n_samples = static_cast<int64_t>(request.samples.size());
  const auto n_frames = static_cast<int32_t>(std::clamp<int64_t>((n_samples + kFrameSamples - 1) / kFrameSamples, 1,
                                                                 request.alignment.n_frames));
  const std::vector<int32_t> first =
      dtw_first_columns(attention_cost(request.alignment, request.n_prefix - 1, n_tokens + 1, n_frames));

  const auto at = [&](const TextPlace& place) {
    const auto token = static_cast<size_t>(place.token);
    const double size = std::max<double>(1.0, static_cast<double>(request.tokens[token].text.size()));
    const double frame = first[token] + (first[token + 1] - first[token]) * (place.byte / size);
    return std::min<int64_t>(n_samples, std::llround(frame * kFrameSamples));
  };
  std::vector<Range> ranges;
  for (const WordGroup& group : groups) ranges.push_back({at(group.sound_begin), at(group.sound_end)});
  settle_at_pauses(ranges, request.samples);

  std::vector<Word> words;
  int64_t previous_end = 0;
  for (size_t i = 0; i < groups.size(); ++i) {
    const WordGroup& group = groups[i];
    int64_t begin = std::clamp<int64_t>(source_sample(request.spans, ranges[i].begin), previous_end, INT64_MAX);
    int64_t end = source_sample(request.spans, ranges[i].end, true);
    end = std::max(end, begin + kFrameSamples);
    float sum = 0.0f;
    for (int32_t t = group.first_token; t != group.first_token + group.n_tokens; ++t) {
      sum += request.alignment.next_probability[static_cast<size_t>(request.n_prefix - 1 + t)];
    }
    words.push_back(Word{.text = group.text,
                         .first_sample = begin,
                         .end_sample = end,
                         .probability = sum / static_cast<float>(std::max(1, group.n_tokens)),
                         .cue = group.cue,
                         .first_token = group.first_token,
                         .n_tokens = group.n_tokens});
    previous_end = end;
  }
  return words;
}

}  // namespace fw

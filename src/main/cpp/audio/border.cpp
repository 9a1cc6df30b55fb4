#include "audio/border.h"

#include <algorithm>
#include <vector>

#include "audio/loudness.h"
#include "fastwhisper.h"

namespace fw {
namespace {

/** 10 ms: fine enough for a border, long enough to hold one period of a low voice. */
constexpr int32_t kLevelHop = FW_SAMPLE_RATE_HZ / 100;
/** 100 ms: closures of consonants are shorter than this, pauses of speech are longer. */
constexpr int64_t kPauseFrames = 10;
/** A stretch whose loud and quiet frames differ by less than this has no pauses: it is noise, a tone or a held vowel.
 */
constexpr float kLeastRangeDb = 9.0f;
/** Share of the range between quiet and loud frames, in dB, below which a frame is silent. */
constexpr float kSilentShare = 0.3f;

/** In whole hops: the last may end behind the stretch. */
Pause whole_hops(std::span<const float> stretch) {
  const auto n_samples = static_cast<int64_t>(stretch.size());
  const std::vector<float> levels = frame_levels_db(stretch, kLevelHop);
  const auto n_frames = static_cast<int64_t>(levels.size());
  if (n_frames <= kPauseFrames) return {0, n_samples};

  const float quiet = quantile(levels, 0.05);
  const float loud = quantile(levels, 0.95);
  const bool has_pauses = loud - quiet >= kLeastRangeDb;
  const float threshold = has_pauses ? quiet + kSilentShare * (loud - quiet) : kSilenceDb;
  int64_t best_first = 0;
  int64_t best_length = 0;
  for (int64_t first = 0; first < n_frames;) {
    int64_t end = first;
    while (end < n_frames && levels[end] <= threshold) ++end;
    if (end - first > best_length) {
      best_first = first;
      best_length = end - first;
    }
    first = end + 1;
  }
  if (best_length >= kPauseFrames) return {best_first * kLevelHop, (best_first + best_length) * kLevelHop};

  // Sums of decibels rather than of power: one loud click must not hide that the rest is quiet.
  double sum = 0.0;
  for (int64_t f = 0; f != kPauseFrames; ++f) sum += levels[f];
  double least = sum;
  best_first = 0;
  for (int64_t first = 1; first + kPauseFrames <= n_frames; ++first) {
    sum += static_cast<double>(levels[first + kPauseFrames - 1]) - levels[first - 1];
    if (sum < least) {
      least = sum;
      best_first = first;
    }
  }
  return {best_first * kLevelHop, (best_first + kPauseFrames) * kLevelHop};
}

}  // namespace

Pause find_pause(std::span<const float> stretch) {
  const Pause pause = whole_hops(stretch);
  return {pause.first, std::min(pause.end, static_cast<int64_t>(stretch.size()))};
}

int64_t find_border(std::span<const float> stretch) {
  const Pause pause = whole_hops(stretch);
  return std::min((pause.first + pause.end) / 2, static_cast<int64_t>(stretch.size()));
}

}  // namespace fw

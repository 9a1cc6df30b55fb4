#include "decode/division.h"

#include <algorithm>
#include <vector>

#include "audio/border.h"

namespace fw {
namespace {

constexpr int64_t ms = FW_SAMPLE_RATE_HZ / 1000;
constexpr int64_t least_piece = 1000 * ms;
/** How far from the time stamp of a cue's beginning its pause is looked for. */
constexpr int64_t reach = 500 * ms;
/**
 * Where the pause behind a broken beginning is looked for. Of 62 windows that began anywhere in held-out synthetic
 * talks and had an unlikely cue, decoding from that pause on was believed in 42; from the best pause of three seconds
 * on in 44, but more words were then lost with a beginning that was not believed.
 */
constexpr int64_t head_from = 100 * ms;
constexpr int64_t head_to = 1500 * ms;

/** A step of time stamps, 20 ms. */
constexpr int64_t step = timestamp_samples;

int64_t border_between(std::span<const float> samples, int64_t from, int64_t to) {
  const auto stretch = samples.subspan(static_cast<size_t>(from), static_cast<size_t>(to - from));
  return (from + find_border(stretch) + step / 2) / step * step;
}

/** Place of the first cue in cues that is unlikely; cues.size() where none is. */
size_t first_unlikely(const Vocabulary& vocabulary, std::span<const CueRange> cues, std::span<const int32_t> tokens,
                      std::span<const float> logprobs, float least) {
  const auto unlikely = [&](const CueRange& cue) {
    return mean_logprob(vocabulary.special(), tokens, logprobs, cue) < least;
  };
  return static_cast<size_t>(std::find_if(cues.begin(), cues.end(), unlikely) - cues.begin());
}

}  // namespace

std::optional<CueRange> first_unlikely_cue(const Vocabulary& vocabulary, std::span<const int32_t> tokens,
                                           std::span<const float> logprobs, int64_t n_samples, float least) {
  const std::vector<CueRange> cues = cut_cues(vocabulary, tokens, n_samples);
  const size_t c = first_unlikely(vocabulary, cues, tokens, logprobs, least);
  if (c == cues.size()) return std::nullopt;
  return cues[c];
}

std::optional<Division> place_division(const Vocabulary& vocabulary, std::span<const int32_t> tokens,
                                       std::span<const float> logprobs, std::span<const float> samples, float least) {
  const auto n_samples = static_cast<int64_t>(samples.size());
  const std::vector<CueRange> cues = cut_cues(vocabulary, tokens, n_samples);
  const size_t c = first_unlikely(vocabulary, cues, tokens, logprobs, least);
  if (c == cues.size() || n_samples < 2 * least_piece) return std::nullopt;
  const int64_t begins = cues[c].first_sample;
  if (c == 0 || begins < least_piece || begins > n_samples - least_piece) {
    return Division{border_between(samples, head_from, std::min(head_to, n_samples / 2)), 0};
  }
  const CueRange& before = cues[c - 1];
  return Division{border_between(samples, begins - reach, begins + reach), before.first_token + before.n_tokens};
}

}  // namespace fw

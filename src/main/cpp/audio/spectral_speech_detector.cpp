#include "audio/spectral_speech_detector.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "audio/loudness.h"
#include "audio/power_spectrum.h"

namespace fw {
namespace {

constexpr int32_t kHop = 256;
constexpr int32_t kBands = 15;
/** First bin of each band and end of the last: 31.25 Hz a bin, at least six bins a band above 600 Hz, wider with
 * frequency. */
constexpr std::array<int32_t, kBands + 1> kBandBins = {3, 6, 9, 13, 17, 22, 28, 35, 43, 53, 65, 80, 100, 130, 170, 224};
/** Four seconds to either side: in every band speech falls back to the floor more often than that. */
constexpr int32_t kFloorReach = 4 * 16000 / kHop;
/** Smoothing before the minimum is taken, frames to each side. */
constexpr int32_t kSmoothReach = 2;
/** The least of some hundred smoothed values of steady noise lies this far below its mean. */
constexpr float kFloorBiasDb = 3.0f;
/** What steady noise reaches above its floor in single frames and bands counts for nothing. */
constexpr float kDeadZoneDb = 3.0f;
/** No band counts for more than this. */
constexpr float kBandLimitDb = 20.0f;
/** Densities below this are digital silence: white noise of 16-bit rounding has -117. */
constexpr float kSilentDensityDb = -100.0f;
/** A pure tone fills at most this many bands. */
constexpr int32_t kBeepBands = 2;
/** Sound this far below the loud frames of the recording is none of its speech. */
constexpr float kDynamicRangeDb = 55.0f;
/** A band this far below the loudest of its frame hears that band through the skirts of the transform's window. */
constexpr float kLeakageDb = 35.0f;
/** Least spread of the bands' densities; white noise has 2 dB, fricatives 6, vowels 10. */
constexpr float kLeastSpreadDb = 4.0f;
/** The logistic curve: evidence at probability 0.5, and what changes it to 0.73. */
constexpr float kMiddleDb = 1.2f;
constexpr float kSlopeDb = 0.35f;

using Bands = std::array<float, kBands>;

/** Of a broken sample (not a number) it makes silence. */
float decibels(float power) { return std::max(-120.0f, 10.0f * std::log10(power)); }

/** Power density of each band, dB below a full-scale sine, of every frame. */
std::vector<Bands> band_levels(std::span<const float> samples) {
  PowerSpectrum spectrum;
  std::vector<PowerSpectrum::Lanes> frames(PowerSpectrum::kSamples);
  const auto n_samples = static_cast<int64_t>(samples.size());
  const int64_t last_first = std::max<int64_t>(0, n_samples - PowerSpectrum::kSamples);
  std::vector<Bands> levels((n_samples + kHop - 1) / kHop);
  const auto n_frames = static_cast<int64_t>(levels.size());
  for (int64_t f = 0; f < n_frames; f += PowerSpectrum::kFrames) {
    const auto n_lanes = static_cast<int32_t>(std::min<int64_t>(PowerSpectrum::kFrames, n_frames - f));
    for (int32_t lane = 0; lane != n_lanes; ++lane) {
      // The frame's middle is the hop's middle, except at both ends: silence put in there would be an edge that is not
      // heard.
      const int64_t middle = (f + lane) * kHop - (PowerSpectrum::kSamples - kHop) / 2;
      const int64_t first = std::clamp<int64_t>(middle, 0, last_first);
      for (int32_t i = 0; i != PowerSpectrum::kSamples; ++i) {
        frames[i][lane] = first + i < n_samples ? samples[first + i] : 0.0f;
      }
    }
    const auto& power = spectrum.of(frames);
    for (int32_t b = 0; b != kBands; ++b) {
      PowerSpectrum::Lanes sum{};
      for (int32_t k = kBandBins[b]; k != kBandBins[b + 1]; ++k) {
        for (int32_t lane = 0; lane != PowerSpectrum::kFrames; ++lane) sum[lane] += power[k][lane];
      }
      constexpr float kFullScale = 16384.0f;
      const float scale = 1.0f / (kFullScale * static_cast<float>(kBandBins[b + 1] - kBandBins[b]));
      for (int32_t lane = 0; lane != n_lanes; ++lane) levels[f + lane][b] = decibels(sum[lane] * scale);
    }
  }
  return levels;
}

/** The least of values[f] to values[f + reach - 1], for every f that has so many; the least of all where there are
 * fewer. */
std::vector<float> running_least(const std::vector<float>& values, int64_t reach) {
  const auto n = static_cast<int64_t>(values.size());
  const int64_t length = std::min(reach, n);
  std::vector<float> least;
  least.reserve(n - length + 1);
  // A queue of places whose values rise: its head is the least of the last length values.
  std::vector<int64_t> queue(n);
  int64_t head = 0;
  int64_t tail = 0;
  for (int64_t i = 0; i != n; ++i) {
    while (tail > head && values[queue[tail - 1]] >= values[i]) --tail;
    queue[tail++] = i;
    if (queue[head] <= i - length) ++head;
    if (i + 1 >= length) least.push_back(values[queue[head]]);
  }
  return least;
}

/**
 * Noise floor of one band: the higher of the least smoothed levels before and behind each frame, so that noise that
 * sets in is floor from its first frame on. Near an end of the recording the reach is moved inwards.
 */
std::vector<float> band_floor(const std::vector<Bands>& levels, int32_t band) {
  const auto n = static_cast<int64_t>(levels.size());
  std::vector<float> smooth(n);
  for (int64_t f = 0; f != n; ++f) {
    const int64_t from = std::max<int64_t>(0, f - kSmoothReach);
    const int64_t to = std::min<int64_t>(n, f + kSmoothReach + 1);
    float sum = 0.0f;
    for (int64_t i = from; i != to; ++i) sum += levels[i][band];
    smooth[f] = sum / static_cast<float>(to - from);
  }
  const std::vector<float> least = running_least(smooth, kFloorReach);
  const auto last = static_cast<int64_t>(least.size()) - 1;
  std::vector<float> floor(n);
  for (int64_t f = 0; f != n; ++f) {
    const float before = least[std::clamp<int64_t>(f - kFloorReach + 1, 0, last)];
    const float behind = least[std::min(f, last)];
    floor[f] = std::max(before, behind) + kFloorBiasDb;
  }
  return floor;
}

float spread_db(const Bands& levels) {
  float mean = 0.0f;
  for (const float x : levels) mean += x / kBands;
  float variance = 0.0f;
  for (const float x : levels) variance += (x - mean) * (x - mean) / kBands;
  return std::sqrt(variance);
}

/** Mean of the bands without the kBeepBands highest: a beep has nothing else. */
float mean_without_highest(Bands above) {
  std::nth_element(above.begin(), above.end() - kBeepBands, above.end());
  return std::accumulate(above.begin(), above.end() - kBeepBands, 0.0f) / (kBands - kBeepBands);
}

float loudest_band(const Bands& levels) { return *std::max_element(levels.begin(), levels.end()); }

}  // namespace

int32_t SpectralSpeechDetector::hop_samples() const noexcept { return kHop; }

std::vector<float> SpectralSpeechDetector::detect(std::span<const float> samples) const {
  const std::vector<Bands> levels = band_levels(samples);
  if (levels.empty()) return {};
  std::vector<float> peaks(levels.size());
  std::transform(levels.begin(), levels.end(), peaks.begin(), loudest_band);
  const float least = std::max(kSilentDensityDb, quantile(peaks, 0.98) - kDynamicRangeDb);

  std::vector<Bands> above(levels.size());
  for (int32_t b = 0; b != kBands; ++b) {
    const std::vector<float> floor = band_floor(levels, b);
    for (size_t f = 0; f != levels.size(); ++f) {
      const float heard_from = std::max({floor[f], least, peaks[f] - kLeakageDb}) + kDeadZoneDb;
      above[f][b] = std::clamp(levels[f][b] - heard_from, 0.0f, kBandLimitDb);
    }
  }
  std::vector<float> probability(levels.size());
  for (size_t f = 0; f != levels.size(); ++f) {
    const float evidence = spread_db(levels[f]) < kLeastSpreadDb ? 0.0f : mean_without_highest(above[f]);
    probability[f] = 1.0f / (1.0f + std::exp((kMiddleDb - evidence) / kSlopeDb));
  }
  return probability;
}

}  // namespace fw

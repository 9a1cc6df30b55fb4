// What plans and borders promise, on drawn speech patterns from seeds and on sounds that are no speech.
#include "audio/window_plan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "audio/border.h"

namespace fw {
namespace {

constexpr fw_speech_params kParams{
    .detect = 1, .min_silence_ms = 500, .min_speech_ms = 60, .pad_ms = 400, .max_window_ms = 25000, .threshold = 0.5f};
constexpr int64_t kHop = 256;

/** Gives probabilities that the test has drawn. */
class DrawnDetector final : public SpeechDetector {
 public:
  explicit DrawnDetector(std::vector<float> probability) : probability_(std::move(probability)) {}
  int32_t hop_samples() const noexcept override { return kHop; }
  std::vector<float> detect(std::span<const float>) const override { return probability_; }

 private:
  std::vector<float> probability_;
};

/** Speech of 0.2 to 40 s and silence of 0.02 to 5 s by turns. */
std::vector<float> drawn_speech(uint32_t seed, size_t n_frames) {
  std::mt19937 random(seed);
  std::vector<float> probability;
  for (bool speech = seed % 2 == 0; probability.size() < n_frames; speech = !speech) {
    const size_t frames = speech ? 12 + random() % (random() % 5 == 0 ? 2500 : 300) : 1 + random() % 300;
    probability.insert(probability.end(), frames, speech ? 1.0f : 0.0f);
  }
  probability.resize(n_frames);
  return probability;
}

class PlanFromSeed : public testing::TestWithParam<uint32_t> {};

TEST_P(PlanFromSeed, HasOrderedDisjointSpansThatCoverAllSpeechAndMapBackExactly) {
  const std::vector<float> speech = drawn_speech(GetParam(), 20000);
  std::vector<float> pcm(speech.size() * kHop - 100);
  std::mt19937 random(GetParam() + 1000);
  for (float& x : pcm) x = static_cast<float>(random() % 2001) / 10000.0f - 0.1f;
  const std::vector<WindowSpans> windows = plan_windows(pcm, kParams, DrawnDetector(speech));
  std::vector<uint8_t> covered(pcm.size(), 0);
  int64_t end_before = 0;
  for (const WindowSpans& spans : windows) {
    ASSERT_LE(window_samples(spans), 25 * FW_SAMPLE_RATE_HZ);
    int64_t at = 0;
    for (const fw_span& span : spans) {
      ASSERT_GE(span.first_sample, end_before);
      ASSERT_GT(span.n_samples, 0);
      end_before = span.first_sample + span.n_samples;
      ASSERT_LE(end_before, static_cast<int64_t>(pcm.size()));
      ASSERT_EQ(source_sample(spans, at), span.first_sample);
      ASSERT_EQ(source_sample(spans, at + span.n_samples - 1), end_before - 1);
      ASSERT_EQ(source_sample(spans, at + span.n_samples, true), end_before);
      at += span.n_samples;
      std::fill(covered.begin() + span.first_sample, covered.begin() + end_before, uint8_t{1});
    }
  }
  for (size_t i = 0; i != pcm.size(); ++i) {
    if (covered[i] == 0 && speech[i / kHop] >= 0.5f) FAIL() << "sample " << i << " is left out";
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, PlanFromSeed, testing::Range(0u, 20u));

TEST(Plan, HasNoWindowForSilenceNoiseHumAndTones) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  const auto tone = [](double hz, int64_t i) {
    return static_cast<float>(0.1 * std::sin(2.0 * std::numbers::pi * hz * static_cast<double>(i) / FW_SAMPLE_RATE_HZ));
  };
  for (int kind = 0; kind != 6; ++kind) {
    std::vector<float> pcm(30 * FW_SAMPLE_RATE_HZ);
    for (int64_t i = 0; i != static_cast<int64_t>(pcm.size()); ++i) {
      const float noise = normal(random);
      const bool on = i / (FW_SAMPLE_RATE_HZ / 2) % 2 == 0;
      pcm[i] = kind == 0   ? 0.0f
               : kind == 1 ? 0.1f * noise
               : kind == 2 ? 0.003f * noise
               : kind == 3 ? tone(50.0, i)
               : kind == 4 ? tone(440.0, i)
                           : tone(440.0, i) * (on ? 1.0f : 0.0f);
    }
    EXPECT_TRUE(plan_windows(pcm, kParams).empty()) << "sound " << kind;
  }
}

TEST(Border, LiesInTheMiddleOfTheLongestSilence) {
  std::mt19937 random(2);
  std::vector<float> pcm(10 * FW_SAMPLE_RATE_HZ);
  for (size_t i = 0; i != pcm.size(); ++i) {
    const size_t ms = i / 16;
    const bool silent = (ms >= 2000 && ms < 2300) || (ms >= 6000 && ms < 6800);
    pcm[i] = silent ? 0.0f : static_cast<float>(random() % 2001) / 5000.0f - 0.2f;
  }
  EXPECT_EQ(find_border(pcm), 6400 * 16);
}

}  // namespace
}  // namespace fw

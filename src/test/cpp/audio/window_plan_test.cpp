#include "audio/window_plan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include "base/error.h"
#include "golden_data/golden_data.h"

namespace fw {
namespace {

constexpr int64_t second = FW_SAMPLE_RATE_HZ;

/** Speech wherever the samples are not zero: what a plan does is then known exactly. */
class LoudIsSpeech final : public SpeechDetector {
 public:
  int32_t hop_samples() const noexcept override { return 160; }
  std::vector<float> detect(std::span<const float> samples) const override {
    std::vector<float> speech((samples.size() + 159) / 160);
    for (size_t i = 0; i != samples.size(); ++i) {
      if (samples[i] != 0.0f) speech[i / 160] = 1.0f;
    }
    return speech;
  }
};

std::vector<float> noise(int64_t n, float level, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.0f, level);
  std::vector<float> samples(static_cast<size_t>(n));
  for (float& sample : samples) sample = normal(random);
  return samples;
}

std::vector<float> tone(int64_t n, double hertz, double level) {
  std::vector<float> samples(static_cast<size_t>(n));
  for (size_t i = 0; i != samples.size(); ++i) {
    samples[i] = static_cast<float>(level * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / second));
  }
  return samples;
}

TEST(WindowPlanTest, HasNoWindowForSilenceNoiseAndTones) {
  const fw_speech_params params = fw_speech_default_params();
  EXPECT_TRUE(plan_windows(std::vector<float>(30 * second, 0.0f), params).empty());
  EXPECT_TRUE(plan_windows({}, params).empty());
  for (const float level : {0.1f, 0.003f}) EXPECT_TRUE(plan_windows(noise(30 * second, level, 9), params).empty()) << level;
  for (const double hertz : {50.0, 440.0, 1000.0, 3000.0}) {
    EXPECT_TRUE(plan_windows(tone(30 * second, hertz, 0.1), params).empty()) << hertz << " Hz";
  }
}

TEST(WindowPlanTest, FindsSpeechAtAnyLevelAndInNoise) {
  const fw_speech_params params = fw_speech_default_params();
  const std::vector<float> talk = golden_window("water.flac", 0);
  const std::vector<float> hiss = noise(static_cast<int64_t>(talk.size()), 0.003f, 3);
  for (const float gain : {1.0f, 0.1f}) {
    std::vector<float> heard = talk;
    for (size_t i = 0; i != heard.size(); ++i) heard[i] = heard[i] * gain + hiss[i] * gain;
    int64_t samples = 0;
    for (const WindowSpans& window : plan_windows(heard, params)) samples += window_samples(window);
    EXPECT_GT(samples, 20 * second) << "gain " << gain;
  }
}

TEST(WindowPlanTest, KeepsAllSpeechOnceInOrderWithinTheLimitWhateverTheSpeech) {
  for (uint32_t seed = 0; seed != 200; ++seed) {
    std::mt19937 random(seed);
    std::vector<float> pcm;
    while (pcm.size() < 90 * second) {
      const auto speech = static_cast<size_t>(second / 10 + random() % (random() % 9 == 0 ? 70 * second : 8 * second));
      pcm.insert(pcm.end(), speech, 0.1f);
      pcm.insert(pcm.end(), static_cast<size_t>(random() % (3 * second)), 0.0f);
    }
    fw_speech_params params = fw_speech_default_params();
    params.max_window_ms = 5000 + static_cast<int32_t>(random() % 25001);
    std::vector<int> covered(pcm.size());
    int64_t last_end = 0;
    for (const WindowSpans& window : plan_windows(pcm, params, LoudIsSpeech())) {
      ASSERT_FALSE(window.empty());
      ASSERT_LE(window_samples(window), params.max_window_ms * int64_t{16}) << "seed " << seed;
      for (const fw_span& span : window) {
        ASSERT_GT(span.n_samples, 0);
        ASSERT_GE(span.first_sample, last_end) << "seed " << seed;
        last_end = span.first_sample + span.n_samples;
        ASSERT_LE(last_end, static_cast<int64_t>(pcm.size()));
        for (int64_t i = span.first_sample; i != last_end; ++i) ++covered[static_cast<size_t>(i)];
      }
    }
    for (size_t i = 0; i != pcm.size(); ++i) {
      if (pcm[i] == 0.0f) continue;
      ASSERT_EQ(covered[i], 1) << "seed " << seed << ", sample " << i;
    }
  }
}

TEST(WindowPlanTest, MapsEverySampleOfAWindowBackExactly) {
  const WindowSpans spans = {{100, 50}, {400, 30}, {430, 10}};
  std::vector<int64_t> expected;
  for (const fw_span& span : spans) {
    for (int64_t i = 0; i != span.n_samples; ++i) expected.push_back(span.first_sample + i);
  }
  ASSERT_EQ(window_samples(spans), static_cast<int64_t>(expected.size()));
  for (size_t i = 0; i != expected.size(); ++i) {
    EXPECT_EQ(source_sample(spans, static_cast<int64_t>(i)), expected[i]);
  }
  EXPECT_EQ(source_sample(spans, 50, false), 400) << "a start at the join belongs to what follows";
  EXPECT_EQ(source_sample(spans, 50, true), 150) << "an end at the join belongs to what went before";
  EXPECT_EQ(source_sample(spans, 90, true), 440);
  EXPECT_EQ(source_sample(spans, -5), 100);
  EXPECT_EQ(source_sample(spans, 1000), 440);
}

TEST(WindowPlanTest, RefusesParametersOutOfRange) {
  fw_speech_params params = fw_speech_default_params();
  params.max_window_ms = 30001;
  EXPECT_THROW(plan_windows(std::vector<float>(second, 0.0f), params), Error);
  params = fw_speech_default_params();
  params.threshold = 1.5f;
  EXPECT_THROW(plan_windows(std::vector<float>(second, 0.0f), params), Error);
}

}  // namespace
}  // namespace fw

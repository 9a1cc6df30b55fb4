#include "audio/power_spectrum.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>
#include <vector>

namespace fw {
namespace {

std::vector<PowerSpectrum::Lanes> noise_frames() {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> values(-1.0f, 1.0f);
  std::vector<PowerSpectrum::Lanes> frames(PowerSpectrum::kSamples);
  for (auto& samples : frames) {
    for (float& sample : samples) sample = values(random);
  }
  return frames;
}

TEST(PowerSpectrum, IsThatOfTheWindowedFramesByTheDefinition) {
  const auto frames = noise_frames();
  PowerSpectrum spectrum;
  const auto& power = spectrum.of(frames);
  ASSERT_EQ(power.size(), static_cast<size_t>(PowerSpectrum::kBins));
  for (const int32_t lane : {0, 5, PowerSpectrum::kFrames - 1}) {
    for (int32_t bin = 0; bin != PowerSpectrum::kBins; ++bin) {
      double re = 0.0, im = 0.0;
      for (int32_t i = 0; i != PowerSpectrum::kSamples; ++i) {
        const double turn = 2.0 * std::numbers::pi / PowerSpectrum::kSamples;
        const double windowed = frames[i][lane] * (0.5 - 0.5 * std::cos(turn * i));
        re += windowed * std::cos(turn * i * bin);
        im -= windowed * std::sin(turn * i * bin);
      }
      EXPECT_NEAR(power[bin][lane], re * re + im * im, 1e-3) << "bin " << bin << " of frame " << lane;
    }
  }
}

TEST(PowerSpectrum, HasTheSameBitsOnEveryProcessor) {
  const auto frames = noise_frames();
  PowerSpectrum widest, baseline(false);
  EXPECT_EQ(widest.of(frames), baseline.of(frames));
}

}  // namespace
}  // namespace fw

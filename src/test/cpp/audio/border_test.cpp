#include "audio/border.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <vector>

namespace fw {
namespace {

std::vector<float> noise(size_t n, float level) {
  std::mt19937 random(5);
  std::normal_distribution<float> normal(0.0f, level);
  std::vector<float> samples(n);
  for (float& sample : samples) sample = normal(random);
  return samples;
}

void silence(std::vector<float>& samples, size_t first, size_t n) {
  std::fill_n(samples.begin() + static_cast<std::ptrdiff_t>(first), n, 0.0f);
}

TEST(BorderTest, LiesInTheMiddleOfTheLongestSilence) {
  std::vector<float> stretch = noise(32000, 0.1f);
  silence(stretch, 4000, 3200);
  silence(stretch, 16000, 8000);
  EXPECT_NEAR(static_cast<double>(find_border(stretch)), 20000.0, 320.0);
}

TEST(BorderTest, LiesAtTheQuietestPlaceWhereThereIsNoSilence) {
  std::vector<float> stretch = noise(32000, 0.1f);
  for (size_t i = 22000; i != 23600; ++i) stretch[i] *= 0.3f;
  EXPECT_NEAR(static_cast<double>(find_border(stretch)), 22800.0, 400.0);
}

TEST(PauseTest, IsTheWholeOfTheLongestSilence) {
  std::vector<float> stretch = noise(32000, 0.1f);
  silence(stretch, 4000, 3200);
  silence(stretch, 16000, 8000);
  EXPECT_NEAR(static_cast<double>(find_pause(stretch).first), 16000.0, 160.0);
  EXPECT_NEAR(static_cast<double>(find_pause(stretch).end), 24000.0, 160.0);
}

TEST(PauseTest, IsTheQuietestPlaceWhereThereIsNoSilence) {
  std::vector<float> stretch = noise(32000, 0.1f);
  for (size_t i = 22000; i != 23600; ++i) stretch[i] *= 0.3f;
  EXPECT_NEAR(static_cast<double>(find_pause(stretch).first), 22000.0, 400.0);
  EXPECT_EQ(find_pause(stretch).end - find_pause(stretch).first, 1600);
}

TEST(PauseTest, AtAnEndOfTheStretchEndsWithIt) {
  std::vector<float> stretch = noise(32090, 0.1f);
  silence(stretch, 24000, 8090);
  EXPECT_EQ(find_pause(stretch).end, 32090);
}

TEST(BorderTest, OfAnythingLiesInside) {
  for (const size_t n : {size_t{0}, size_t{1}, size_t{159}, size_t{160}, size_t{1600}, size_t{5000}}) {
    for (const float level : {0.0f, 0.2f}) {
      const int64_t at = find_border(noise(n, level));
      EXPECT_GE(at, 0);
      EXPECT_LE(at, static_cast<int64_t>(n));
    }
  }
}

}  // namespace
}  // namespace fw

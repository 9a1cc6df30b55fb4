#include "base/half.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace fw {
namespace {

/** What a half means, by the definition of IEEE 754. */
double meaning(uint16_t half) {
  const int exponent = (half >> 10) & 31;
  const double mantissa = half & 1023;
  const double magnitude = exponent == 0    ? std::ldexp(mantissa, -24)
                           : exponent == 31 ? (mantissa == 0 ? INFINITY : NAN)
                                            : std::ldexp(1024 + mantissa, exponent - 25);
  return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

TEST(Half, everyHalfTurnsIntoTheFloatThatItMeansAndBack) {
  for (uint32_t bits = 0; bits != 0x10000; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    const float value = half_to_float(half);
    if (std::isnan(meaning(half))) {
      EXPECT_TRUE(std::isnan(value)) << bits;
      EXPECT_TRUE(std::isnan(half_to_float(float_to_half(value)))) << bits;
    } else {
      EXPECT_EQ(static_cast<double>(value), meaning(half)) << bits;
      EXPECT_EQ(std::signbit(value), (half & 0x8000) != 0) << bits;
      EXPECT_EQ(float_to_half(value), half) << bits;
    }
  }
}

TEST(Half, floatsBetweenTwoHalvesGoToTheNearerAndTiesToTheEvenOne) {
  for (uint16_t lower = 0; lower != 0x7BFF; ++lower) {
    const auto upper = static_cast<uint16_t>(lower + 1);
    const float middle = (half_to_float(lower) + half_to_float(upper)) / 2;
    EXPECT_EQ(float_to_half(middle), lower % 2 == 0 ? lower : upper) << lower;
    EXPECT_EQ(float_to_half(std::nextafter(middle, 0.0f)), lower) << lower;
    EXPECT_EQ(float_to_half(std::nextafter(middle, INFINITY)), upper) << lower;
    EXPECT_EQ(float_to_half(-std::nextafter(middle, INFINITY)), upper | 0x8000) << lower;
  }
}

TEST(Half, floatsAboveTheLargestHalfBecomeInfinite) {
  EXPECT_EQ(float_to_half(65519.996f), 0x7BFF);
  EXPECT_EQ(float_to_half(65520.0f), 0x7C00);
  EXPECT_EQ(float_to_half(std::numeric_limits<float>::max()), 0x7C00);
  EXPECT_EQ(float_to_half(-INFINITY), 0xFC00);
  EXPECT_EQ(float_to_half(std::numeric_limits<float>::denorm_min()), 0);
}

TEST(Bf16, roundsToTheNearestAndTiesToEven) {
  EXPECT_EQ(float_to_bf16(1.0f), 0x3F80);
  EXPECT_EQ(float_to_bf16(std::bit_cast<float>(0x3F808000u)), 0x3F80);
  EXPECT_EQ(float_to_bf16(std::bit_cast<float>(0x3F808001u)), 0x3F81);
  EXPECT_EQ(float_to_bf16(std::bit_cast<float>(0x3F818000u)), 0x3F82);
  EXPECT_EQ(float_to_bf16(std::numeric_limits<float>::max()), 0x7F80);
  EXPECT_TRUE(std::isnan(bf16_to_float(float_to_bf16(std::bit_cast<float>(0x7F800001u)))));
  for (uint32_t bits = 0; bits != 0x10000; ++bits) {
    const float value = bf16_to_float(static_cast<uint16_t>(bits));
    if (std::isnan(value)) continue;
    EXPECT_EQ(float_to_bf16(value), bits);
  }
}

}  // namespace
}  // namespace fw

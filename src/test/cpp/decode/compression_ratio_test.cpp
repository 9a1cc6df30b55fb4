#include "decode/compression_ratio.h"

#include <gtest/gtest.h>

#include <string>

namespace fw {
namespace {

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i != times; ++i) all += text;
  return all;
}

struct Sized {
  std::string text;
  /** What zlib 1.2.13 makes of it at level 6. */
  double zlib_bytes;
};

class CompressedText : public testing::TestWithParam<Sized> {};

TEST_P(CompressedText, HasTheSizeThatZlibGivesIt) {
  EXPECT_NEAR(static_cast<double>(deflated_size(GetParam().text)), GetParam().zlib_bytes, 3.0) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Texts, CompressedText,
    testing::Values(Sized{"a", 9}, Sized{"Hello, and welcome to my kitchen.", 41},
                    Sized{repeated(" The war ended in eighteen sixty.", 5), 44}, Sized{repeated("the ", 100), 17},
                    Sized{std::string(1000, 'a'), 17},
                    Sized{std::string("Water is older than any city, and water is younger than the rain that fell last "
                                      "night. Every morning we open a tap, and "
                                      "clean water runs into the glass. We seldom stop to ask where it came from. "),
                          135}));

TEST(CompressionRatio, OfSpeechLiesBelowTheGateAndOfALoopAboveIt) {
  EXPECT_LT(compression_ratio(
                "Far away in the mountains, the snow melts and becomes a stream. The stream becomes a river, and the "
                "river brings water to the farms and to the towns."),
            2.0f);
  EXPECT_GT(compression_ratio(repeated(" Thank you.", 12)), 2.4f);
}

TEST(CompressionRatio, OfNothingIsZero) { EXPECT_EQ(compression_ratio(""), 0.0f); }

}  // namespace
}  // namespace fw

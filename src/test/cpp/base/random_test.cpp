#include "base/random.h"

#include <gtest/gtest.h>

#include "base/checked.h"

namespace fw {
namespace {

TEST(Random, hashesAsFnv1aIsPublished) {
  // Test vectors of draft-eastlake-fnv, appendix C.
  EXPECT_EQ(fnv1a64(""), 0xcbf29ce484222325u);
  EXPECT_EQ(fnv1a64("a"), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(fnv1a64("foobar"), 0x85944171f73967e8u);
  EXPECT_EQ(fnv1a64("bar", fnv1a64("foo")), fnv1a64("foobar"));
}

TEST(Random, generatesTheNumbersOfSplitMix64) {
  // The first outputs of java.util.SplittableRandom's algorithm from seed 1234567.
  SplitMix64 random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317u);
  EXPECT_EQ(random.next(), 3203168211198807973u);
  EXPECT_EQ(random.next(), 9817491932198370423u);
}

TEST(Random, unitNumbersAreNeverOne) {
  SplitMix64 random(7);
  double largest = 0;
  for (int i = 0; i != 10000; ++i) {
    const double value = random.next_unit();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    largest = value > largest ? value : largest;
  }
  EXPECT_GT(largest, 0.99);
}

TEST(Checked, productsThatDoNotFitAreNone) {
  EXPECT_EQ(checked_product(1280, 51866), 1280 * 51866);
  EXPECT_EQ(checked_product(INT64_MAX, 1), INT64_MAX);
  EXPECT_EQ(checked_product(INT64_MAX, 2), std::nullopt);
  EXPECT_EQ(checked_product(int64_t{1} << 32, int64_t{1} << 31), std::nullopt);
}

}  // namespace
}  // namespace fw

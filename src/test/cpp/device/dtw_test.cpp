// The path against one found by trying every path.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "device/cpu/alignment_path.h"

namespace fw {
namespace {

double cheapest(const CostMatrix& cost, int32_t r, int32_t c) {
  const double here = cost.values[static_cast<size_t>(r) * cost.n_columns + c];
  if (r == 0 && c == 0) return here;
  double best = std::numeric_limits<double>::infinity();
  if (r > 0 && c > 0) best = std::min(best, cheapest(cost, r - 1, c - 1));
  if (r > 0) best = std::min(best, cheapest(cost, r - 1, c));
  if (c > 0) best = std::min(best, cheapest(cost, r, c - 1));
  return best + here;
}

TEST(Dtw, TakesAPathAsCheapAsTheBestOfAllPaths) {
  std::mt19937 random(3);
  for (int trial = 0; trial != 40; ++trial) {
    CostMatrix cost{1 + static_cast<int32_t>(random() % 5), 1 + static_cast<int32_t>(random() % 6), {}};
    for (int32_t i = 0; i != cost.n_rows * cost.n_columns; ++i)
      cost.values.push_back(-static_cast<float>(random() % 1000));
    const std::vector<int32_t> first = dtw_first_columns(cost);
    ASSERT_EQ(static_cast<int32_t>(first.size()), cost.n_rows);
    double sum = 0.0;
    for (int32_t r = 0; r != cost.n_rows; ++r) {
      // A row is held to where the next begins: with a step down in that column itself, or diagonally from the one
      // before.
      const bool is_last = r + 1 == cost.n_rows;
      const int32_t next = is_last ? cost.n_columns - 1 : first[r + 1];
      const auto upto = [&](int32_t end) {
        double s = 0.0;
        for (int32_t c = first[r]; c <= end; ++c) s += cost.values[static_cast<size_t>(r) * cost.n_columns + c];
        return s;
      };
      sum += is_last || next == first[r] ? upto(next) : std::min(upto(next), upto(next - 1));
    }
    EXPECT_DOUBLE_EQ(sum, cheapest(cost, cost.n_rows - 1, cost.n_columns - 1));
  }
}

TEST(Dtw, PrefersTheDiagonalThenDownThenRightAmongEquals) {
  EXPECT_EQ(dtw_first_columns({3, 3, std::vector<float>(9, 0.0f)}), std::vector<int32_t>({0, 1, 2}));
  EXPECT_EQ(dtw_first_columns({2, 4, std::vector<float>(8, 0.0f)}), std::vector<int32_t>({0, 3}));
  EXPECT_EQ(dtw_first_columns({2, 2, {0.0f, -1.0f, -1.0f, 0.0f}}), std::vector<int32_t>({0, 1}));
}

TEST(Dtw, HasAPathOfOneRowOrOneColumnAndNoneOfNothing) {
  EXPECT_EQ(dtw_first_columns({1, 3, {1.0f, 2.0f, 3.0f}}), std::vector<int32_t>({0}));
  EXPECT_EQ(dtw_first_columns({3, 1, {1.0f, 2.0f, 3.0f}}), std::vector<int32_t>({0, 0, 0}));
  EXPECT_TRUE(dtw_first_columns({}).empty());
}

}  // namespace
}  // namespace fw

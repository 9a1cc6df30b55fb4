#include "ops/alignment_path.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "ops/op_test.h"

namespace fw {
namespace {

struct Sizes {
  int32_t n_heads;
  int32_t n_tokens;
  int32_t first_row;
  int32_t n_rows;
  int32_t n_frames;
};

class AlignmentPathTest : public OpTest {
 protected:
  /** weights [n_heads n_tokens][n_columns]. */
  static std::vector<int32_t> path(const Device& device, Executor& executor, const Sizes& sizes, int32_t n_columns,
                                   std::span<const float> weights) {
    const GuardedMatrix in(device, sizes.n_heads * sizes.n_tokens, n_columns, weights);
    std::vector<int32_t> first(static_cast<size_t>(sizes.n_rows) + 1, -7);
    ops::alignment_path(executor, {in.tensor(), sizes.n_heads, sizes.n_tokens, sizes.first_row, sizes.n_rows,
                                   sizes.n_frames, std::span(first).first(static_cast<size_t>(sizes.n_rows))});
    EXPECT_EQ(first.back(), -7);
    first.pop_back();
    return first;
  }

  void compare(const Sizes& sizes, int32_t n_columns, std::span<const float> weights) {
    EXPECT_EQ(path(*device_, *executor_, sizes, n_columns, weights),
              path(*plain_device_, *plain_, sizes, n_columns, weights))
        << sizes.n_heads << " heads, " << sizes.n_rows << " rows, " << sizes.n_frames << " frames";
  }
};

TEST_P(AlignmentPathTest, FindsWhereEachTokenLooks) {
  const Sizes sizes = {2, 6, 1, 4, 150};
  const std::vector<int32_t> looks = {0, 3, 40, 41, 120, 148, 150};
  std::vector<float> weights;
  for (int32_t row = 0; row < 12; ++row) {
    const auto token = static_cast<size_t>(row % 6);
    for (int32_t frame = 0; frame < 160; ++frame) {
      weights.push_back(frame >= looks[token] && frame < looks[token + 1] ? 0.1f : 0.0f);
    }
  }
  const std::vector<int32_t> first = path(*device_, *executor_, sizes, 160, weights);
  EXPECT_EQ(first.front(), 0) << "where every path begins";
  EXPECT_EQ(first[1], 40);
  EXPECT_NEAR(first[2], 41, 1) << "the median takes what is shorter than four frames for noise";
  EXPECT_EQ(first[3], 120);
}

TEST_P(AlignmentPathTest, EqualsThePlainTwinForAnySizes) {
  uint64_t seed = 1;
  for (const int32_t n_rows : {1, 2, 31, 32, 33, 65, 100}) {
    for (const int32_t n_frames : {1, 2, 3, 4, 5, 7, 16, 33, 257, 300}) {
      const Sizes sizes = {1 + n_rows % 3, n_rows + n_frames % 3, n_frames % 3 == 2 ? 1 : 0, n_rows, n_frames};
      const int32_t n_columns = n_frames + n_rows % 5;
      std::vector<float> weights =
          random_values(static_cast<size_t>(sizes.n_heads) * sizes.n_tokens * n_columns, ++seed, true);
      for (float& weight : weights) weight = std::abs(weight);
      compare(sizes, n_columns, weights);
    }
  }
}

TEST_P(AlignmentPathTest, EqualsThePlainTwinForAWholeWindowOfTheLongestText) {
  const Sizes sizes = {2, 448, 2, 445, 1500};
  std::vector<float> weights = random_values(size_t{2} * 448 * 1500, 99);
  for (float& weight : weights) weight = std::abs(weight);
  compare(sizes, 1500, weights);
}

TEST_P(AlignmentPathTest, GoesDiagonallyThenRightWhereAllFramesCostTheSame) {
  const std::vector<float> weights(5 * 40, 0.25f);
  EXPECT_EQ(path(*device_, *executor_, {1, 5, 0, 5, 5}, 40, weights), std::vector<int32_t>({0, 1, 2, 3, 4}));
  EXPECT_EQ(path(*device_, *executor_, {1, 5, 1, 2, 4}, 40, weights), std::vector<int32_t>({0, 3}));
  EXPECT_EQ(path(*device_, *executor_, {1, 5, 0, 5, 1}, 40, weights), std::vector<int32_t>({0, 0, 0, 0, 0}));
}

TEST_P(AlignmentPathTest, RefusesWhatHasNoWeights) {
  const std::vector<float> weights(2 * 5 * 30, 0.25f);
  EXPECT_NO_THROW(path(*device_, *executor_, {2, 5, 2, 3, 30}, 30, weights));
  EXPECT_THROW(path(*device_, *executor_, {2, 5, 3, 3, 30}, 30, weights), Error);
  EXPECT_THROW(path(*device_, *executor_, {2, 5, -1, 3, 30}, 30, weights), Error);
  EXPECT_THROW(path(*device_, *executor_, {2, 5, 0, 0, 30}, 30, weights), Error);
  EXPECT_THROW(path(*device_, *executor_, {2, 5, 0, 5, 31}, 30, weights), Error);
  EXPECT_THROW(path(*device_, *executor_, {2, 5, 0, 5, 0}, 30, weights), Error);
  EXPECT_THROW(path(*device_, *executor_, {0, 5, 0, 5, 30}, 30, weights), Error);
  const GuardedMatrix in(*device_, 9, 30, weights);
  std::vector<int32_t> first(5);
  EXPECT_THROW(ops::alignment_path(*executor_, {in.tensor(), 2, 5, 0, 5, 30, first}), Error) << "a row too few";
}

FW_INSTANTIATE_OP_TEST(AlignmentPathTest);

}  // namespace
}  // namespace fw

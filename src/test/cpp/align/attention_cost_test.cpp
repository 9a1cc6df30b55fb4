// The cost of a path against its definition, written down plainly: normalise, smooth, take the mean of the heads.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include "align/dtw.h"
#include "base/error.h"

namespace fw {
namespace {

Alignment random_alignment(int32_t n_heads, int32_t n_tokens, int32_t n_frames) {
  Alignment alignment{
      .n_heads = n_heads, .n_tokens = n_tokens, .n_frames = n_frames, .weights = {}, .next_probability = {}};
  std::mt19937 random(5);
  for (int32_t i = 0; i != n_heads * n_tokens * n_frames; ++i) {
    alignment.weights.push_back(static_cast<float>(random() % 10000) / 1e5f);
  }
  return alignment;
}

/** A place beyond an end comes back from it, the end itself not counted twice. */
int32_t bounced(int32_t place, int32_t n) {
  if (n == 1) return 0;
  while (place < 0 || place >= n) place = place < 0 ? -place : 2 * (n - 1) - place;
  return place;
}

double normalised(const Alignment& alignment, int32_t head, int32_t row, int32_t frame) {
  const auto weight = [&](int32_t token) {
    return static_cast<double>(
        alignment.weights[static_cast<size_t>((head * alignment.n_tokens + token) * alignment.n_frames + frame)]);
  };
  double mean = 0.0;
  for (int32_t token = 0; token != alignment.n_tokens; ++token) mean += weight(token) / alignment.n_tokens;
  double variance = 0.0;
  for (int32_t token = 0; token != alignment.n_tokens; ++token) {
    variance += (weight(token) - mean) * (weight(token) - mean) / alignment.n_tokens;
  }
  return variance == 0.0 ? 0.0 : (weight(row) - mean) / std::sqrt(variance);
}

double expected_cost(const Alignment& alignment, int32_t row, int32_t frame, int32_t n_frames) {
  double sum = 0.0;
  for (int32_t head = 0; head != alignment.n_heads; ++head) {
    std::array<double, 7> around;
    for (int32_t i = 0; i != 7; ++i) {
      around[static_cast<size_t>(i)] = normalised(alignment, head, row, bounced(frame + i - 3, n_frames));
    }
    std::sort(around.begin(), around.end());
    sum += around[3];
  }
  return -sum / alignment.n_heads;
}

TEST(AttentionCost, IsTheNegatedMeanOfTheHeadsSmoothedByAMedianWithReflectedEdges) {
  const Alignment alignment = random_alignment(3, 6, 40);
  for (const int32_t n_frames : {1, 2, 3, 4, 7, 25, 40}) {
    const CostMatrix cost = attention_cost(alignment, 1, 4, n_frames);
    ASSERT_EQ(cost.n_rows, 4);
    ASSERT_EQ(cost.n_columns, n_frames);
    for (int32_t row = 0; row != 4; ++row) {
      for (int32_t frame = 0; frame != n_frames; ++frame) {
        EXPECT_NEAR(cost.values[static_cast<size_t>(row * n_frames + frame)],
                    expected_cost(alignment, 1 + row, frame, n_frames), 1e-4)
            << "row " << row << ", frame " << frame << " of " << n_frames;
      }
    }
  }
}

TEST(AttentionCost, IsNothingWhereNoTokenDiffers) {
  Alignment alignment = random_alignment(1, 3, 20);
  std::fill(alignment.weights.begin(), alignment.weights.end(), 0.25f);
  for (const float value : attention_cost(alignment, 0, 3, 20).values) EXPECT_EQ(value, 0.0f);
}

TEST(AttentionCost, RefusesWhatIsNotInTheAlignment) {
  const Alignment alignment = random_alignment(2, 5, 30);
  EXPECT_NO_THROW(attention_cost(alignment, 2, 3, 30));
  EXPECT_THROW(attention_cost(alignment, 3, 3, 30), Error);
  EXPECT_THROW(attention_cost(alignment, -1, 3, 30), Error);
  EXPECT_THROW(attention_cost(alignment, 0, 0, 30), Error);
  EXPECT_THROW(attention_cost(alignment, 0, 5, 31), Error);
  EXPECT_THROW(attention_cost(alignment, 0, 5, 0), Error);
  Alignment short_one = alignment;
  short_one.weights.pop_back();
  EXPECT_THROW(attention_cost(short_one, 0, 5, 30), Error);
}

}  // namespace
}  // namespace fw

// The cost of a path against its definition, written down plainly: normalise, smooth, take the mean of the heads.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <vector>

#include "device/cpu/alignment_path.h"

namespace fw {
namespace {

/** Attention of some heads to some frames, each token's row behind that of the one before. */
struct Attention {
  int32_t n_heads;
  int32_t n_tokens;
  int32_t n_frames;
  std::vector<float> weights;

  CostMatrix cost(int32_t first_row, int32_t n_rows, int32_t frames) {
    const Tensor tensor(weights.data(), DataType::f32, n_heads * n_tokens, n_frames);
    return attention_cost({tensor, n_heads, n_tokens, first_row, n_rows, frames, {}});
  }
};

Attention random_attention(int32_t n_heads, int32_t n_tokens, int32_t n_frames) {
  Attention attention{n_heads, n_tokens, n_frames, {}};
  std::mt19937 random(5);
  for (int32_t i = 0; i != n_heads * n_tokens * n_frames; ++i) {
    attention.weights.push_back(static_cast<float>(random() % 10000) / 1e5f);
  }
  return attention;
}

/** A place beyond an end comes back from it, the end itself not counted twice. */
int32_t bounced(int32_t place, int32_t n) {
  if (n == 1) return 0;
  while (place < 0 || place >= n) place = place < 0 ? -place : 2 * (n - 1) - place;
  return place;
}

double normalised(const Attention& attention, int32_t head, int32_t row, int32_t frame) {
  const auto weight = [&](int32_t token) {
    return static_cast<double>(
        attention.weights[static_cast<size_t>((head * attention.n_tokens + token) * attention.n_frames + frame)]);
  };
  double mean = 0.0;
  for (int32_t token = 0; token != attention.n_tokens; ++token) mean += weight(token) / attention.n_tokens;
  double variance = 0.0;
  for (int32_t token = 0; token != attention.n_tokens; ++token) {
    variance += (weight(token) - mean) * (weight(token) - mean) / attention.n_tokens;
  }
  return variance == 0.0 ? 0.0 : (weight(row) - mean) / std::sqrt(variance);
}

double expected_cost(const Attention& attention, int32_t row, int32_t frame, int32_t n_frames) {
  double sum = 0.0;
  for (int32_t head = 0; head != attention.n_heads; ++head) {
    std::array<double, 7> around;
    for (int32_t i = 0; i != 7; ++i) {
      around[static_cast<size_t>(i)] = normalised(attention, head, row, bounced(frame + i - 3, n_frames));
    }
    std::sort(around.begin(), around.end());
    sum += around[3];
  }
  return -sum / attention.n_heads;
}

TEST(AttentionCost, IsTheNegatedMeanOfTheHeadsSmoothedByAMedianWithReflectedEdges) {
  Attention attention = random_attention(3, 6, 40);
  for (const int32_t n_frames : {1, 2, 3, 4, 7, 25, 40}) {
    const CostMatrix cost = attention.cost(1, 4, n_frames);
    ASSERT_EQ(cost.n_rows, 4);
    ASSERT_EQ(cost.n_columns, n_frames);
    for (int32_t row = 0; row != 4; ++row) {
      for (int32_t frame = 0; frame != n_frames; ++frame) {
        EXPECT_NEAR(cost.values[static_cast<size_t>(row * n_frames + frame)],
                    expected_cost(attention, 1 + row, frame, n_frames), 1e-4)
            << "row " << row << ", frame " << frame << " of " << n_frames;
      }
    }
  }
}

TEST(AttentionCost, IsNothingWhereNoTokenDiffers) {
  Attention attention = random_attention(1, 3, 20);
  std::fill(attention.weights.begin(), attention.weights.end(), 0.25f);
  for (const float value : attention.cost(0, 3, 20).values) EXPECT_EQ(value, 0.0f);
}

}  // namespace
}  // namespace fw

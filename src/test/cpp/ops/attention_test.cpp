#include "ops/attention.h"

#include <algorithm>
#include <cmath>

#include "ops/op_test.h"

namespace fw {
namespace {

class AttentionTest : public OpTest {
 protected:
  /** Queries are `sharpness` times the values of keys and values: the scores' spread. */
  static std::vector<float> make_qkv(int64_t n, int64_t state, float sharpness) {
    std::vector<float> qkv = random_values(static_cast<size_t>(n * 3 * state), 1);
    for (int64_t i = 0; i < n * 3 * state; ++i) {
      qkv[static_cast<size_t>(i)] *= i % (3 * state) < state ? sharpness : 1.0f;
    }
    return qkv;
  }

  std::vector<float> run(const Device& device, Executor& executor, int64_t n, int64_t state, int32_t n_heads,
                         const std::vector<float>& qkv) {
    const GuardedMatrix in = activations(device, n, 3 * state, qkv), y = activations(device, n, state);
    ops::attention(executor, {in.tensor(), n_heads, y.tensor()});
    EXPECT_TRUE(y.guards_intact());
    return y.values();
  }

  void compare(int64_t n, int64_t dim, int32_t n_heads, float sharpness) {
    SCOPED_TRACE(testing::Message() << n << " places, " << n_heads << " heads of " << dim);
    const int64_t state = dim * n_heads;
    const std::vector<float> qkv = make_qkv(n, state, sharpness);
    const std::vector<float> expected = run(*plain_device_, *plain_, n, state, n_heads, qkv);
    const std::vector<float> found = run(*device_, *executor_, n, state, n_heads, qkv);
    // An error e of the scores changes the weights by at most 2 e of themselves; values are below 1. The scores' own
    // error is that of sums of dim products of a magnitude of sharpness, over the root of dim.
    const double step = f32() ? 0x1p-24 : 0x1p-9;
    const double scores = 2 * step * sharpness * std::sqrt(static_cast<double>(dim));
    const double bound = f32() ? 1e-5 + scores * 2 : 2 * scores + 3 * step;
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_NEAR(found[i], expected[i], bound) << "value " << i;
    }
  }
};

TEST_P(AttentionTest, StaysFiniteWithSharpScores) { compare(70, 64, 1, 40.0f); }

TEST_P(AttentionTest, FindsTheFewKeysThatSharpScoresPick) {
  // Eighths and their multiples are exact in every type, and so are the scores: what is left is the rounding of weights
  // and of the result. A key that is taken for another changes a value by about a half.
  const double bound = f32() ? 1e-5 : 3 * 0x1p-9;
  const int64_t state = 64;
  for (const int64_t n : {65, 330}) {
    std::vector<float> qkv = random_values(static_cast<size_t>(n * 3 * state), 3);
    for (size_t i = 0; i < qkv.size(); ++i) {
      const bool is_query = i % (3 * state) < state;
      qkv[i] = std::round(16.0f * qkv[i]) / 8.0f * (is_query ? 16.0f : 1.0f);
    }
    const std::vector<float> expected = run(*plain_device_, *plain_, n, state, 1, qkv);
    const std::vector<float> found = run(*device_, *executor_, n, state, 1, qkv);
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_NEAR(found[i], expected[i], bound) << n << " places, value " << i;
    }
  }
}

TEST_P(AttentionTest, GivesTheSameBitsForAnyThreads) {
  const int64_t n = 61, state = 128;
  const std::vector<float> qkv = make_qkv(n, state, 2.0f);
  const std::unique_ptr<Executor> single = device_->open({1, 16, 1});
  EXPECT_EQ(run(*device_, *single, n, state, 2, qkv), run(*device_, *executor_, n, state, 2, qkv));
}

TEST_P(AttentionTest, TakesNothingFromTheWindowsBesideIt) {
  const int64_t n = 70, state = 64;
  const std::vector<float> alone = make_qkv(n, state, 1.0f);
  std::vector<float> qkv(alone.size(), INFINITY);
  qkv.insert(qkv.end(), alone.begin(), alone.end());
  qkv.insert(qkv.end(), alone.size(), INFINITY);
  const GuardedMatrix in = activations(*device_, 3 * n, 3 * state, qkv), y = activations(*device_, 3 * n, state);
  ops::attention(*executor_, {in.tensor(), 1, y.tensor(), 3});
  const std::vector<float> found = y.values();
  const auto first = found.begin() + n * state;
  EXPECT_EQ(std::vector<float>(first, first + n * state), run(*device_, *executor_, n, state, 1, alone));
}

FW_INSTANTIATE_OP_TEST(AttentionTest);

}  // namespace
}  // namespace fw

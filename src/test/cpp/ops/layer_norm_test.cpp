#include "ops/layer_norm.h"

#include "ops/op_test.h"

namespace fw {
namespace {

class LayerNormTest : public OpTest {
 protected:
  std::vector<float> run(const Device& device, Executor& executor, int64_t m, int64_t n, std::span<const float> x,
                         bool in_place) {
    const GuardedMatrix in(device, m, n, x), out(device, m, n);
    const GuardedMatrix weight(device, 1, n, random_values(static_cast<size_t>(n), 2));
    const GuardedMatrix bias(device, 1, n, random_values(static_cast<size_t>(n), 3));
    const GuardedMatrix& y = in_place ? in : out;
    ops::layer_norm(executor, {in.tensor(), weight.tensor(), bias.tensor(), y.tensor()});
    EXPECT_TRUE(y.guards_intact());
    return y.values();
  }
};

TEST_P(LayerNormTest, EqualsThePlainTwin) {
  for (const auto& [m, n] :
       {std::pair<int64_t, int64_t>{0, 8}, {1, 1}, {3, 2}, {2, 15}, {2, 16}, {4, 17}, {3, 384}, {2, 385}, {200, 512}}) {
    const std::vector<float> x = random_values(static_cast<size_t>(m * n), 1, true);
    for (const bool in_place : {false, true}) {
      const std::vector<float> expected = run(*plain_device_, *plain_, m, n, x, in_place);
      const std::vector<float> found = run(*device_, *executor_, m, n, x, in_place);
      for (size_t i = 0; i < expected.size(); ++i) {
        ASSERT_NEAR(found[i], expected[i], 2e-5) << m << " x " << n << ", value " << i;
      }
    }
  }
}

TEST_P(LayerNormTest, KeepsItsPrecisionFarFromZero) {
  const int64_t n = 256;
  std::vector<float> x = random_values(n, 4);
  for (float& value : x) {
    value += 1000.0f;
  }
  const std::vector<float> expected = run(*plain_device_, *plain_, 1, n, x, false);
  const std::vector<float> found = run(*device_, *executor_, 1, n, x, false);
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(found[i], expected[i], 5e-4);
  }
}

TEST_P(LayerNormTest, TurnsAConstantRowIntoTheBias) {
  const std::vector<float> x(48, 0.25f);
  EXPECT_EQ(run(*device_, *executor_, 1, 48, x, false), random_values(48, 3));
}

FW_INSTANTIATE_OP_TEST(LayerNormTest);

}  // namespace
}  // namespace fw

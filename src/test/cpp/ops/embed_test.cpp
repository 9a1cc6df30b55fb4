#include "ops/embed.h"

#include "base/error.h"
#include "ops/op_test.h"

namespace fw {
namespace {

class EmbedTest : public OpTest {};

TEST_P(EmbedTest, AddsTheRowOfTheTokenAndTheRowOfThePlace) {
  const int64_t n_vocab = 70, state = 24, n_places = 9;
  const std::vector<float> table = random_values(static_cast<size_t>(n_vocab * state), 1, true);
  const std::vector<float> positions = random_values(static_cast<size_t>(n_places * state), 2);
  const std::unique_ptr<Weight> weight = device_->pack(table, n_vocab, state, true);
  const GuardedMatrix at(*device_, n_places, state, positions);
  const std::vector<int32_t> tokens = {0, 69, 31, 32, 33, 31}, places = {0, 8, 3, 3, 1, 2};
  const GuardedMatrix y(*device_, static_cast<int64_t>(tokens.size()), state);
  ops::embed(*executor_, {weight.get(), at.tensor(), tokens, places, y.tensor()});
  EXPECT_TRUE(y.guards_intact());
  const std::vector<float> found = y.values();
  for (size_t row = 0; row < tokens.size(); ++row) {
    for (int64_t i = 0; i < state; ++i) {
      const float value = table[static_cast<size_t>(tokens[row] * state + i)];
      const float expected = value + positions[static_cast<size_t>(places[row] * state + i)];
      // The table is kept at 8 bits or more; of int8 the step is set by the largest value of its row, 30 at most.
      const double bound = f32() ? 0.0 : GetParam().precision == FW_PRECISION_INT8 ? 0.25 : std::abs(value) * 0x1p-8;
      ASSERT_NEAR(found[row * state + static_cast<size_t>(i)], expected, bound + 1e-6);
    }
  }
}

TEST_P(EmbedTest, RefusesTokensAndPlacesThatAreNone) {
  const std::unique_ptr<Weight> weight = device_->pack(random_values(12, 1), 3, 4, true);
  const GuardedMatrix positions(*device_, 2, 4), y(*device_, 1, 4);
  const auto run = [&](int32_t token, int32_t place) {
    ops::embed(*executor_, {weight.get(), positions.tensor(), {&token, 1}, {&place, 1}, y.tensor()});
  };
  EXPECT_THROW(run(3, 0), Error);
  EXPECT_THROW(run(-1, 0), Error);
  EXPECT_THROW(run(0, 2), Error);
  EXPECT_NO_THROW(run(2, 1));
}

FW_INSTANTIATE_OP_TEST(EmbedTest);

}  // namespace
}  // namespace fw

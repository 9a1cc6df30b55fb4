// Weights as a model file stores them: what every device makes of them, and what one of f32 keeps of their narrowness.
#include <algorithm>
#include <cmath>

#include "base/stored_type.h"
#include "model_maker/quantise.h"
#include "ops/embed.h"
#include "ops/linear.h"
#include "ops/op_test.h"

namespace fw {
namespace {

constexpr StoredType kTypes[] = {StoredType::f32,  StoredType::f16,  StoredType::q4_0, StoredType::q4_1,
                                 StoredType::q5_0, StoredType::q5_1, StoredType::q8_0};

/** A matrix as a file has it, and its values. */
struct Stored {
  Stored(StoredType type, int64_t n_out_, int64_t n_in_)
      : n_out(n_out_), n_in(n_in_), values(static_cast<size_t>(n_out * n_in)) {
    std::vector<float> random = random_values(values.size(), 2, true);
    // Halves below 2^-14 are subnormal; negative zero and whole blocks of zeros are values like others.
    for (size_t i = 0; i < random.size(); i += 7) random[i] *= 0x1p-17f;
    std::fill_n(random.begin(), 32, 0.0f);
    random[33] = -0.0f;
    bytes = quantise(type, random);
    dequantise(type, bytes, values);
    matrix = {type, bytes, n_out, n_in};
  }

  int64_t n_out;
  int64_t n_in;
  std::vector<std::byte> bytes;
  std::vector<float> values;
  StoredMatrix matrix;
};

class StoredWeightTest : public OpTest {
 protected:
  std::vector<float> multiply(const Device& device, Executor& executor, const Weight& weight, int64_t m,
                              std::span<const float> x) {
    const GuardedMatrix in = activations(device, m, weight.n_in(), x), y(device, m, weight.n_out());
    ops::linear(executor, {in.tensor(), &weight, {}, Activation::none, {}, y.tensor()});
    EXPECT_TRUE(y.guards_intact());
    return y.values();
  }

  bool portable_f32() const { return f32() && GetParam().name.starts_with("portable"); }
};

TEST_P(StoredWeightTest, IsMultipliedAsItsDequantisedRowsAre) {
  for (const StoredType type : kTypes) {
    // Columns that end within a panel; k of one block and of several.
    for (const auto& [n, k] : {std::pair<int64_t, int64_t>{70, 32}, {33, 160}}) {
      const Stored stored(type, n, k);
      const std::unique_ptr<Weight> twin = plain_device_->pack(stored.values, n, k, false);
      const std::unique_ptr<Weight> dequantised = device_->pack(stored.values, n, k, false);
      for (const RowCount count : {RowCount::few, RowCount::many}) {
        const std::unique_ptr<Weight> weight = device_->pack_stored(stored.matrix, count, false);
        for (const int64_t m : {1, 3, 6, 7, 20}) {
          SCOPED_TRACE(testing::Message() << stored_type_name(type) << ", " << m << " x " << n << " x " << k);
          const std::vector<float> x = random_values(static_cast<size_t>(m * k), 1);
          const std::vector<float> expected = multiply(*plain_device_, *plain_, *twin, m, x);
          const std::vector<float> found = multiply(*device_, *executor_, *weight, m, x);
          for (size_t i = 0; i < found.size(); ++i) {
            const auto row = static_cast<int64_t>(i) / n, column = static_cast<int64_t>(i) % n;
            ASSERT_NEAR(found[i], expected[i], product_bound(row_of(x, row, k), row_of(stored.values, column, k)));
          }
          if (portable_f32()) {
            ASSERT_EQ(found, multiply(*device_, *executor_, *dequantised, m, x));
          }
        }
      }
    }
  }
}

TEST_P(StoredWeightTest, GivesARowTheSameBitsInAnyBatchAndForAnyThreads) {
  // Enough for several threads to share the work.
  const int64_t m = 40, n = 140, k = 96;
  const std::vector<float> x = random_values(static_cast<size_t>(m * k), 7, true);
  const std::unique_ptr<Executor> single = device_->open({1, 16, 1});
  for (const StoredType type : kTypes) {
    const Stored stored(type, n, k);
    for (const RowCount count : {RowCount::few, RowCount::many}) {
      const std::unique_ptr<Weight> weight = device_->pack_stored(stored.matrix, count, false);
      const std::vector<float> all = multiply(*device_, *executor_, *weight, m, x);
      EXPECT_EQ(multiply(*device_, *single, *weight, m, x), all);
      for (const auto& [first, rows] : {std::pair<int64_t, int64_t>{0, 1}, {39, 1}, {3, 2}, {5, 4}, {7, 8}, {20, 13}}) {
        const auto part = std::span(x).subspan(static_cast<size_t>(first * k), static_cast<size_t>(rows * k));
        const std::vector<float> some = multiply(*device_, *executor_, *weight, rows, part);
        EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin() + first * n))
            << stored_type_name(type) << ", " << first << " + " << rows;
      }
    }
  }
}

TEST_P(StoredWeightTest, IsEmbeddedToTheBitWhereTheDeviceComputesInF32) {
  if (!f32()) GTEST_SKIP() << "narrower than f32: see EmbedTest";
  const int64_t n = 70, k = 64;
  const GuardedMatrix positions(*device_, 1, k, std::vector<float>(static_cast<size_t>(k), 0.0f));
  const std::vector<int32_t> tokens = {0, 69, 31, 32, 33}, places(tokens.size(), 0);
  for (const StoredType type : kTypes) {
    const Stored stored(type, n, k);
    const std::unique_ptr<Weight> table = device_->pack_stored(stored.matrix, RowCount::few, true);
    const GuardedMatrix y(*device_, static_cast<int64_t>(tokens.size()), k);
    ops::embed(*executor_, {table.get(), positions.tensor(), tokens, places, y.tensor()});
    const std::vector<float> found = y.values();
    for (size_t row = 0; row < tokens.size(); ++row) {
      const auto expected = row_of(stored.values, tokens[row], k);
      EXPECT_TRUE(std::equal(expected.begin(), expected.end(), found.begin() + static_cast<int64_t>(row) * k))
          << stored_type_name(type) << ", token " << tokens[row];
    }
  }
}

TEST_P(StoredWeightTest, StaysAsNarrowAsItIsWhereAStepReadsItInF32) {
  if (!f32() || device_->implementation().starts_with("cuda")) GTEST_SKIP() << "others have a width of their own";
  const int64_t n = 256, k = 128;
  const auto bytes_of = [&](StoredType type) {
    const Stored stored(type, n, k);
    return static_cast<int64_t>(device_->pack_stored(stored.matrix, RowCount::few, false)->bytes());
  };
  EXPECT_EQ(bytes_of(StoredType::f32), n * k * 4);
  EXPECT_EQ(bytes_of(StoredType::f16), n * k * 2);
  // A byte a level, and two a block for the scale, two for the offset.
  EXPECT_EQ(bytes_of(StoredType::q8_0), n * k + n * k / 32 * 2);
  EXPECT_EQ(bytes_of(StoredType::q4_0), bytes_of(StoredType::q8_0));
  EXPECT_EQ(bytes_of(StoredType::q5_0), bytes_of(StoredType::q8_0));
  EXPECT_EQ(bytes_of(StoredType::q4_1), n * k + n * k / 32 * 4);
  EXPECT_EQ(bytes_of(StoredType::q5_1), bytes_of(StoredType::q4_1));
}

FW_INSTANTIATE_OP_TEST(StoredWeightTest);

}  // namespace
}  // namespace fw

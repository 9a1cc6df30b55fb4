#include "ops/linear.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "model_maker/quantise.h"
#include "ops/layer_norm.h"
#include "ops/op_test.h"

namespace fw {
namespace {

class LinearTest : public OpTest {
 protected:
  struct Shape {
    int64_t m, n, k;
  };

  struct Extras {
    bool bias = true;
    bool gelu = false;
    bool residual = false;
    bool in_place = false;
    bool outliers = false;
  };

  std::vector<float> run(const Device& device, Executor& executor, const Shape& s, const Extras& extras,
                         std::span<const float> x, std::span<const float> w) {
    const std::unique_ptr<Weight> weight = device.pack(w, s.n, s.k, false);
    const GuardedMatrix in = activations(device, s.m, s.k, x);
    const GuardedMatrix bias(device, 1, s.n, random_values(static_cast<size_t>(s.n), 3));
    const std::vector<float> residual = random_values(static_cast<size_t>(s.m * s.n), 4);
    const GuardedMatrix beside(device, s.m, s.n, residual, 1);
    const GuardedMatrix y(device, s.m, s.n, residual);
    LinearArgs args;
    args.x = in.tensor();
    args.weight = weight.get();
    args.bias = extras.bias ? bias.tensor() : Tensor();
    args.activation = extras.gelu ? Activation::gelu : Activation::none;
    if (extras.residual) {
      args.residual = extras.in_place ? y.tensor() : beside.tensor();
    }
    args.y = y.tensor();
    ops::linear(executor, args);
    EXPECT_TRUE(y.guards_intact());
    return y.values();
  }

  void expect_the_same_bits(const Shape& s) {
    const std::vector<float> x = random_values(static_cast<size_t>(s.m * s.k), 7, true);
    const std::vector<float> w = random_values(static_cast<size_t>(s.n * s.k), 8);
    const std::unique_ptr<Weight> weight = device_->pack(w, s.n, s.k, false);
    const GuardedMatrix in = activations(*device_, s.m, s.k, x);
    const auto rows = [&](Executor& executor, int64_t first, int64_t n) {
      const GuardedMatrix y(*device_, n, s.n);
      ops::linear(executor, {in.tensor().rows_from(first, n), weight.get(), {}, Activation::gelu, {}, y.tensor()});
      return y.values();
    };
    const std::vector<float> all = rows(*executor_, 0, s.m);
    const std::unique_ptr<Executor> single = device_->open({1, 16, 1});
    EXPECT_EQ(rows(*single, 0, s.m), all);
    for (const auto& [first, n] : {std::pair<int64_t, int64_t>{0, 1}, {39, 1}, {3, 2}, {5, 4}, {7, 8}, {20, 13}}) {
      const std::vector<float> some = rows(*executor_, first, n);
      EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin() + first * s.n)) << first << " + " << n;
    }
  }

  void compare(const Shape& s, const Extras& extras) {
    SCOPED_TRACE(testing::Message() << s.m << " x " << s.n << " x " << s.k);
    const std::vector<float> x = random_values(static_cast<size_t>(s.m * s.k), 1, extras.outliers);
    const std::vector<float> w = random_values(static_cast<size_t>(s.n * s.k), 2, extras.outliers);
    const std::vector<float> expected = run(*plain_device_, *plain_, s, extras, x, w);
    const std::vector<float> found = run(*device_, *executor_, s, extras, x, w);
    const double gelu = extras.gelu ? gelu_error(device_->habits().activations) : 0.0;
    for (int64_t row = 0; row < s.m; ++row) {
      for (int64_t col = 0; col < s.n; ++col) {
        const auto i = static_cast<size_t>(row * s.n + col);
        // GELU's slope is 1.13 at most.
        ASSERT_NEAR(found[i], expected[i], 1.13 * product_bound(row_of(x, row, s.k), row_of(w, col, s.k)) + gelu)
            << "row " << row << " column " << col;
      }
    }
  }
};

TEST_P(LinearTest, AppliesGeluThenAddsTheResidual) {
  compare({14, 70, 48}, {.gelu = true});
  compare({14, 70, 48}, {.bias = false, .gelu = true, .residual = true});
  compare({1, 70, 48}, {.residual = true, .in_place = true});
  compare({100, 70, 48}, {.gelu = true, .residual = true, .in_place = true});
}

TEST_P(LinearTest, KeepsItsToleranceWithOutliers) { compare({9, 65, 257}, {.outliers = true}); }

TEST_P(LinearTest, TakesOverlappingRowsAsAConvolutionDoes) {
  const int64_t frames = 40, channels = 10, n = 24;
  const std::vector<float> x = random_values(static_cast<size_t>(frames * channels), 5);
  const std::vector<float> w = random_values(static_cast<size_t>(n * 3 * channels), 6);
  for (const int64_t step : {1, 2}) {
    const int64_t m = (frames - 3) / step + 1;
    const auto run_on = [&](const Device& device, Executor& executor) {
      const std::unique_ptr<Weight> weight = device.pack(w, n, 3 * channels, false);
      const GuardedMatrix in(device, frames, channels, x, 0, device.habits().activations);
      const GuardedMatrix y(device, m, n);
      const Tensor patches(in.tensor().data, in.tensor().type, m, 3 * channels, step * channels);
      ops::linear(executor, {patches, weight.get(), {}, Activation::none, {}, y.tensor()});
      EXPECT_TRUE(y.guards_intact());
      return y.values();
    };
    const std::vector<float> expected = run_on(*plain_device_, *plain_), found = run_on(*device_, *executor_);
    for (int64_t row = 0; row < m; ++row) {
      const auto patch = std::span(x).subspan(static_cast<size_t>(row * step * channels), 3 * channels);
      for (int64_t col = 0; col < n; ++col) {
        const auto i = static_cast<size_t>(row * n + col);
        ASSERT_NEAR(found[i], expected[i], product_bound(patch, row_of(w, col, 3 * channels)));
      }
    }
  }
}

TEST_P(LinearTest, NormsAsTheNormBeforeItDoes) {
  for (const Shape& s : {Shape{0, 8, 8},
                         {1, 1, 8},
                         {1, 70, 48},
                         {2, 33, 1280},
                         {3, 40, 1280},
                         {8, 17, 1024},
                         {9, 70, 512},
                         {5, 40, 1288},
                         {4, 30, 30}}) {
    SCOPED_TRACE(testing::Message() << s.m << " x " << s.n << " x " << s.k);
    const std::unique_ptr<Weight> weight =
        device_->pack(random_values(static_cast<size_t>(s.n * s.k), 2), s.n, s.k, false);
    const GuardedMatrix in(*device_, s.m, s.k, random_values(static_cast<size_t>(s.m * s.k), 1, true), 4);
    const GuardedMatrix scale(*device_, 1, s.k, random_values(static_cast<size_t>(s.k), 3));
    const GuardedMatrix shift(*device_, 1, s.k, random_values(static_cast<size_t>(s.k), 4));
    const GuardedMatrix bias = activations(*device_, 1, s.n, random_values(static_cast<size_t>(s.n), 5));
    const GuardedMatrix normed = activations(*device_, s.m, s.k);
    const GuardedMatrix both = activations(*device_, s.m, s.n), expected = activations(*device_, s.m, s.n);
    const LayerNormArgs norm{in.tensor(), scale.tensor(), shift.tensor(), normed.tensor()};
    LinearArgs args{normed.tensor(), weight.get(), bias.tensor(), Activation::gelu, {}, both.tensor()};
    ops::normed_linear(*executor_, norm, args);
    EXPECT_TRUE(both.guards_intact() && normed.guards_intact());
    args.y = expected.tensor();
    ops::layer_norm(*executor_, norm);
    ops::linear(*executor_, args);
    EXPECT_EQ(both.values(), expected.values());
  }
}

TEST_P(LinearTest, RefusesToMultiplyOtherRowsThanItNormsAndToWriteOverThem) {
  const std::unique_ptr<Weight> weight = device_->pack(random_values(12, 1), 3, 4, false);
  const GuardedMatrix x(*device_, 2, 4), one(*device_, 1, 4), y = activations(*device_, 2, 3);
  const GuardedMatrix normed = activations(*device_, 2, 4), other = activations(*device_, 2, 4);
  const LinearArgs args{normed.tensor(), weight.get(), {}, Activation::none, {}, y.tensor()};
  EXPECT_THROW(ops::normed_linear(*executor_, {x.tensor(), one.tensor(), one.tensor(), other.tensor()}, args), Error);
  const std::unique_ptr<Weight> square = device_->pack(random_values(16, 1), 4, 4, false);
  const LinearArgs onto{normed.tensor(), square.get(), {}, Activation::none, {}, x.tensor()};
  EXPECT_THROW(ops::normed_linear(*executor_, {x.tensor(), one.tensor(), one.tensor(), normed.tensor()}, onto), Error);
  EXPECT_THROW(ops::normed_linear(*executor_, {x.tensor(), x.tensor(), one.tensor(), normed.tensor()}, args), Error);
}

TEST_P(LinearTest, GivesARowTheSameBitsInAnyBatchAndForAnyThreads) {
  const Shape shapes[] = {{40, 1100, 512}, {40, 40, 2600}};
  for (const Shape& s : shapes) expect_the_same_bits(s);
}

TEST_P(LinearTest, GivesARowTheSameBitsForAnyNumberOfMostRows) {
  // Rows and outputs a tile and one more, inputs of a slice and eight more, of few and of many slices; a wide weight.
  for (const Shape& s :
       {Shape{33, 70, 8}, {65, 64, 72}, {97, 131, 264}, {128, 129, 520}, {17, 33, 2112}, {26, 2050, 72}}) {
    SCOPED_TRACE(testing::Message() << s.m << " x " << s.n << " x " << s.k);
    const std::vector<float> x = random_values(static_cast<size_t>(s.m * s.k), 1, true);
    const std::vector<float> w = random_values(static_cast<size_t>(s.n * s.k), 2);
    const std::vector<std::byte> bytes = quantise(StoredType::f32, w);
    const std::vector<float> residual = random_values(static_cast<size_t>(s.m * s.n), 4);
    const auto pack_on = [&](const Device& device) {
      return device.pack_stored({StoredType::f32, bytes, s.n, s.k}, RowCount::few, false);
    };
    const std::unique_ptr<Weight> plain_weight = pack_on(*plain_device_), weight = pack_on(*device_);
    const auto run_on = [&](const Device& device, Executor& executor, int64_t most_rows, int64_t first, int64_t n) {
      const Weight& packed = &device == plain_device_.get() ? *plain_weight : *weight;
      const GuardedMatrix in = activations(device, s.m, s.k, x);
      const GuardedMatrix bias(device, 1, s.n, random_values(static_cast<size_t>(s.n), 3));
      const GuardedMatrix y(device, s.m, s.n, residual);
      const Tensor rows = y.tensor().rows_from(first, n);
      ops::linear(executor,
                  {in.tensor().rows_from(first, n), &packed, bias.tensor(), Activation::gelu, rows, rows, most_rows});
      EXPECT_TRUE(y.guards_intact());
      return y.values();
    };
    const std::vector<float> expected = run_on(*plain_device_, *plain_, 0, 0, s.m);
    for (const int64_t most_rows : {16, 32, 64, 128, 256}) {
      SCOPED_TRACE(most_rows);
      const std::vector<float> found = run_on(*device_, *executor_, most_rows, 0, s.m);
      for (int64_t row = 0; row < s.m; ++row) {
        for (int64_t col = 0; col < s.n; ++col) {
          const auto i = static_cast<size_t>(row * s.n + col);
          ASSERT_NEAR(found[i], expected[i],
                      1.13 * product_bound(row_of(x, row, s.k), row_of(w, col, s.k)) +
                          gelu_error(device_->habits().activations))
              << "row " << row << " column " << col;
        }
      }
      for (const auto& [first, n] : {std::pair<int64_t, int64_t>{0, 1}, {s.m - 1, 1}, {3, 9}}) {
        std::vector<float> some = residual;
        std::copy_n(found.begin() + first * s.n, n * s.n, some.begin() + first * s.n);
        EXPECT_EQ(run_on(*device_, *executor_, most_rows, first, n), some) << first << " + " << n;
      }
    }
  }
}

TEST_P(LinearTest, DoesNothingForNoRowsAndRefusesWrongSizes) {
  const std::unique_ptr<Weight> weight = device_->pack(random_values(12, 1), 3, 4, false);
  const GuardedMatrix x = activations(*device_, 2, 4), y(*device_, 2, 3);
  const GuardedMatrix narrow = activations(*device_, 2, 2);
  ops::linear(*executor_, {x.tensor().rows_from(0, 0), weight.get(), {}, Activation::none, {}, y.tensor()});
  EXPECT_TRUE(y.guards_intact());
  EXPECT_THROW(ops::linear(*executor_, {narrow.tensor(), weight.get(), {}, Activation::none, {}, y.tensor()}), Error);
  EXPECT_THROW(ops::linear(*executor_, {x.tensor(), weight.get(), {}, Activation::none, {}, narrow.tensor()}), Error);
}

FW_INSTANTIATE_OP_TEST(LinearTest);

}  // namespace
}  // namespace fw

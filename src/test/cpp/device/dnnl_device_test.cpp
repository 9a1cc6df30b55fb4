// What oneDNN's path adds to the portable one: packed products in three precisions, and bf16 attention.
#ifdef FASTWHISPER_DNNL
#include "device/cpu/dnnl/dnnl_device.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "device/cpu/dnnl/instruction_set.h"
#include "device/cpu/plain/plain_device.h"
#include "device/executor.h"

namespace fw {
namespace {

/** Values in [-1, 1] by a fixed rule. */
std::vector<float> values(int64_t n, uint32_t seed) {
  std::vector<float> v(static_cast<size_t>(n));
  uint32_t state = seed * 2654435761u + 1;
  for (float& x : v) {
    state = state * 1664525u + 1013904223u;
    x = static_cast<float>(state >> 8) / 8388608.0f - 1.0f;
  }
  return v;
}

struct Case {
  int64_t k;
  int64_t n;
  bool gelu;
  bool residual;
};

std::unique_ptr<Weight> pack_weight(const Device& device, const Case& c) {
  return device.pack(values(c.k * c.n, 7), c.n, c.k, false);
}

std::vector<float> run_linear(const Device& device, const Weight& weight, const Case& c, const std::vector<float>& x,
                              int64_t first, int64_t rows, int32_t n_threads) {
  std::vector<float> bias = values(c.n, 8);
  std::vector<float> residual = values(static_cast<int64_t>(x.size()) / c.k * c.n, 9);
  std::vector<float> y(static_cast<size_t>(rows * c.n));
  LinearArgs args;
  args.x = Tensor(const_cast<float*>(x.data()) + first * c.k, DataType::f32, rows, c.k);
  args.weight = &weight;
  args.bias = Tensor(bias.data(), DataType::f32, 1, c.n);
  args.activation = c.gelu ? Activation::gelu : Activation::none;
  if (c.residual) args.residual = Tensor(residual.data() + first * c.n, DataType::f32, rows, c.n);
  args.y = Tensor(y.data(), DataType::f32, rows, c.n);
  device.open(n_threads)->linear(args);
  return y;
}

/** Root of the mean square of the difference, relative to that of the expected values. */
double relative_error(const std::vector<float>& got, const std::vector<float>& expected) {
  double difference = 0, size = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    difference += std::pow(static_cast<double>(got[i]) - expected[i], 2);
    size += std::pow(static_cast<double>(expected[i]), 2);
  }
  return std::sqrt(difference / size);
}

class DnnlDeviceTest : public testing::TestWithParam<fw_precision> {
 protected:
  void SetUp() override {
    try {
      device_ = std::make_unique<DnnlDevice>(GetParam());
    } catch (const Error& error) {
      ASSERT_EQ(error.status(), FW_STATUS_UNSUPPORTED) << error.what();
      GTEST_SKIP() << error.what();
    }
  }

  double tolerance() const {
    switch (GetParam()) {
      case FW_PRECISION_F32:
        return 1e-6;
      case FW_PRECISION_BF16:
        return 5e-3;
      default:
        return instruction_set().vnni ? 1.2e-2 : 2.4e-2;
    }
  }

  std::unique_ptr<DnnlDevice> device_;
};

TEST_P(DnnlDeviceTest, ProductsAgreeWithThePlainOnes) {
  for (const Case& c : {Case{384, 384, false, true}, Case{384, 1536, true, false}, Case{1536, 384, false, true},
                        Case{80, 40, false, false}, Case{240, 130, true, true}, Case{37, 50, false, false}}) {
    const std::vector<float> x = values(70 * c.k, 3);
    const auto plain = make_plain_device();
    const std::vector<float> expected = run_linear(*plain, *pack_weight(*plain, c), c, x, 0, 70, 1);
    const std::vector<float> found = run_linear(*device_, *pack_weight(*device_, c), c, x, 0, 70, 2);
    EXPECT_LT(relative_error(found, expected), tolerance()) << c.k << " x " << c.n;
  }
}

TEST_P(DnnlDeviceTest, ARowIsTheSameBitsInAnyCompanyAndWithAnyNumberOfThreads) {
  for (const Case& c : {Case{384, 384, false, true}, Case{1536, 384, true, false}, Case{256, 2100, false, false}}) {
    const std::vector<float> x = values(150 * c.k, 4);
    const auto weight = pack_weight(*device_, c);
    const std::vector<float> all = run_linear(*device_, *weight, c, x, 0, 150, 2);
    for (const int64_t rows : {1, 2, 3, 7, 8, 9, 17, 40, 64, 65, 100}) {
      for (const auto& [first, n_threads] : {std::pair<int64_t, int32_t>{0, 1}, {150 - rows, 3}}) {
        const std::vector<float> part = run_linear(*device_, *weight, c, x, first, rows, n_threads);
        ASSERT_EQ(0, std::memcmp(part.data(), all.data() + first * c.n, part.size() * sizeof(float)))
            << rows << " rows from " << first << ", " << c.k << " x " << c.n << ", threads " << n_threads;
      }
    }
  }
}

TEST_P(DnnlDeviceTest, LargeActivationsAndWeightsDoNotSaturate) {
  const Case c{384, 64, false, false};
  std::vector<float> x(384, 1.0f);
  const std::vector<float> ones(static_cast<size_t>(c.k * c.n), 1.0f);
  const auto weight = device_->pack(ones, c.n, c.k, false);
  std::vector<float> y(64);
  LinearArgs args;
  args.x = Tensor(x.data(), DataType::f32, 1, c.k);
  args.weight = weight.get();
  args.y = Tensor(y.data(), DataType::f32, 1, c.n);
  device_->open(1)->linear(args);
  for (const float v : y) EXPECT_NEAR(v, 384.0f, 0.01f);
}

TEST_P(DnnlDeviceTest, RowsOverlapWhereAConvolutionReadsThem) {
  const int64_t k = 240, stride = 160, rows = 20, n = 48;
  const std::vector<float> samples = values(rows * stride + k, 5);
  std::vector<float> gathered(static_cast<size_t>(rows * k));
  for (int64_t i = 0; i < rows; ++i) std::copy_n(samples.data() + i * stride, k, gathered.data() + i * k);
  const auto weight = device_->pack(values(k * n, 6), n, k, false);
  std::vector<float> strided(static_cast<size_t>(rows * n)), dense(strided.size());
  LinearArgs args;
  args.weight = weight.get();
  const auto executor = device_->open(1);
  args.x = Tensor(const_cast<float*>(samples.data()), DataType::f32, rows, k, stride);
  args.y = Tensor(strided.data(), DataType::f32, rows, n);
  executor->linear(args);
  args.x = Tensor(gathered.data(), DataType::f32, rows, k);
  args.y = Tensor(dense.data(), DataType::f32, rows, n);
  executor->linear(args);
  EXPECT_EQ(strided, dense);
}

TEST_P(DnnlDeviceTest, AnEmbeddedTokenIsItsRowOfTheOutputMatrix) {
  const int64_t k = 96, n = 1100;
  const std::vector<float> rows = values(k * n, 11);
  const auto table = device_->pack(rows, n, k, true);
  std::vector<float> positions = values(4 * k, 12), y(static_cast<size_t>(2 * k));
  const std::vector<int32_t> tokens = {0, 1099}, places = {3, 0};
  EmbedArgs args;
  args.table = table.get();
  args.positions = Tensor(positions.data(), DataType::f32, 4, k);
  args.tokens = tokens;
  args.places = places;
  args.y = Tensor(y.data(), DataType::f32, 2, k);
  device_->open(1)->embed(args);
  for (int64_t d = 0; d < k; ++d) {
    EXPECT_NEAR(y[d], rows[d] + positions[3 * k + d], 5e-3) << d;
    EXPECT_NEAR(y[k + d], rows[1099 * k + d] + positions[d], 5e-3) << d;
  }
}

TEST_P(DnnlDeviceTest, AttentionAgreesWithThePlainOneForAnyNumberOfThreads) {
  const int64_t n = 300, state = 128;
  std::vector<float> qkv = values(n * 3 * state, 13);
  for (float& x : qkv) x *= 4.0f;
  const auto run = [&](const Device& device, int32_t n_threads) {
    std::vector<float> y(static_cast<size_t>(n * state));
    AttentionArgs args;
    args.qkv = Tensor(qkv.data(), DataType::f32, n, 3 * state);
    args.n_heads = 2;
    args.y = Tensor(y.data(), DataType::f32, n, state);
    device.open(n_threads)->attention(args);
    return y;
  };
  const std::vector<float> y = run(*device_, 1);
  EXPECT_LT(relative_error(y, run(*make_plain_device(), 1)), GetParam() == FW_PRECISION_F32 ? 2e-6 : 2e-2);
  EXPECT_EQ(y, run(*device_, 2));
}

TEST(DnnlProduct, TakesNothingThatLiesBehindItsRows) {
  if (!instruction_set().bf16) GTEST_SKIP() << "only products in bf16 read behind their rows";
  constexpr int64_t kRows = 32, kColumns = 64;
  const DnnlDevice device(FW_PRECISION_BF16);
  dnnl::stream stream(device.engine());
  for (int64_t k = 1; k <= 130; ++k) {
    const Product& product = device.products().find({ProductType::bf16, kRows, k, kColumns});
    std::vector<std::byte> zeros(product.weights().get_size());
    // Bytes of ones are no number in bf16; of the rows there is one.
    std::vector<uint16_t> rows(static_cast<size_t>(source_bytes(ProductType::bf16, kRows, k)) / 2, 0xffff);
    std::fill_n(rows.begin(), k, uint16_t{0x3f80});
    end_source(ProductType::bf16, 1, k, rows.data());
    const dnnl::memory source(product.source(), device.engine(), rows.data());
    const dnnl::memory weights(product.weights(), device.engine(), zeros.data());
    const dnnl::memory target(product.target(), device.engine());
    const dnnl::memory scratchpad(product.scratchpad(), device.engine());
    product.primitive().execute(stream, {{DNNL_ARG_SRC, source},
                                         {DNNL_ARG_WEIGHTS, weights},
                                         {DNNL_ARG_DST, target},
                                         {DNNL_ARG_SCRATCHPAD, scratchpad}});
    stream.wait();
    const auto* y = static_cast<const float*>(target.get_data_handle());
    for (int64_t column = 0; column < kColumns; ++column) ASSERT_EQ(y[column], 0.0f) << k << ", column " << column;
  }
}

INSTANTIATE_TEST_SUITE_P(Precisions, DnnlDeviceTest,
                         testing::Values(FW_PRECISION_F32, FW_PRECISION_BF16, FW_PRECISION_INT8), [](const auto& test) {
                           return std::string(test.param == FW_PRECISION_F32    ? "f32"
                                              : test.param == FW_PRECISION_BF16 ? "bf16"
                                                                                : "int8");
                         });

TEST(DnnlDeviceChoice, AutoFollowsTheInstructionSetAlone) {
  const InstructionSet& set = instruction_set();
  const fw_precision expected = set.amx ? FW_PRECISION_BF16 : set.vnni ? FW_PRECISION_INT8 : FW_PRECISION_F32;
  const auto device = make_dnnl_device(FW_PRECISION_AUTO);
  EXPECT_EQ(device->precision(), expected);
  EXPECT_TRUE(device->implementation().starts_with("onednn ")) << device->implementation();
}

TEST(DnnlDeviceChoice, APrecisionThatNoProcessorHasIsRefused) {
  try {
    make_dnnl_device(FW_PRECISION_F16);
    FAIL() << "f16 was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.status(), FW_STATUS_UNSUPPORTED);
  }
}

}  // namespace
}  // namespace fw
#endif

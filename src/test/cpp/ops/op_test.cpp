#include "ops/op_test.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "device/cpu/plain/plain_device.h"

namespace fw {
namespace {

constexpr float kMark = -12345.678f;
/** Marks before and behind a matrix. */
constexpr int64_t kMargin = 64;

}  // namespace

GuardedMatrix::GuardedMatrix(const Device& device, int64_t rows, int64_t cols, int64_t gap)
    : device_(device),
      rows_(rows),
      cols_(cols),
      stride_(cols + gap),
      memory_(device.allocate(static_cast<size_t>(rows * stride_ + 2 * kMargin) * sizeof(float))) {
  const std::vector<float> marks(memory_->bytes() / sizeof(float), kMark);
  device.upload(memory_->data(), marks.data(), memory_->bytes());
}

GuardedMatrix::GuardedMatrix(const Device& device, int64_t rows, int64_t cols, std::span<const float> values,
                             int64_t gap)
    : GuardedMatrix(device, rows, cols, gap) {
  for (int64_t row = 0; row < rows; ++row) {
    device.upload(tensor().f32(row), values.data() + row * cols, static_cast<size_t>(cols) * sizeof(float));
  }
}

Tensor GuardedMatrix::tensor() const {
  return {static_cast<float*>(memory_->data()) + kMargin, DataType::f32, rows_, cols_, stride_};
}

std::vector<float> GuardedMatrix::download() const {
  std::vector<float> all(memory_->bytes() / sizeof(float));
  device_.download(all.data(), memory_->data(), memory_->bytes());
  return all;
}

std::vector<float> GuardedMatrix::values() const {
  const std::vector<float> all = download();
  std::vector<float> values;
  for (int64_t row = 0; row < rows_; ++row) {
    const auto first = all.begin() + kMargin + row * stride_;
    values.insert(values.end(), first, first + cols_);
  }
  return values;
}

bool GuardedMatrix::guards_intact() const {
  const std::vector<float> all = download();
  for (int64_t i = 0; i < static_cast<int64_t>(all.size()); ++i) {
    const int64_t inside = i - kMargin;
    const bool guarded = inside < 0 || inside >= rows_ * stride_ || inside % stride_ >= cols_;
    if (guarded && all[static_cast<size_t>(i)] != kMark) {
      return false;
    }
  }
  return true;
}

std::vector<float> random_values(size_t n, uint64_t seed, bool outliers) {
  SplitMix64 random(seed);
  std::vector<float> values(n);
  for (float& value : values) {
    value = static_cast<float>(2.0 * random.next_unit() - 1.0);
    if (outliers && random.next() % 61 == 0) {
      value *= 30.0f;
    }
  }
  return values;
}

OpTest::OpTest()
    : device_(GetParam().open()),
      executor_(device_->open(2)),
      plain_device_(make_plain_device()),
      plain_(plain_device_->open(1)) {}

double OpTest::operand_error() const {
  switch (GetParam().precision) {
    case FW_PRECISION_BF16:
      return 0x1p-8;
    case FW_PRECISION_INT8:
      return 0.5 / 63;  // of the largest value of its row: seven bits where the processor's products saturate at eight
    default:
      return 0x1p-24;
  }
}

double OpTest::product_bound(std::span<const float> x, std::span<const float> w) const {
  double products = 0.0, sum_x = 0.0, sum_w = 0.0, max_x = 0.0, max_w = 0.0;
  for (size_t i = 0; i < x.size(); ++i) {
    products += std::abs(static_cast<double>(x[i]) * w[i]);
    sum_x += std::abs(x[i]);
    sum_w += std::abs(w[i]);
    max_x = std::max(max_x, static_cast<double>(std::abs(x[i])));
    max_w = std::max(max_w, static_cast<double>(std::abs(w[i])));
  }
  const double sums = products * 1e-6 + 1e-6;
  if (GetParam().precision == FW_PRECISION_INT8) {
    return sums + 1.1 * operand_error() * (max_x * sum_w + max_w * sum_x);
  }
  return sums + 2.1 * operand_error() * products;
}

}  // namespace fw

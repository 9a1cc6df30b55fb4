#include "op_cases/guarded_matrix.h"

#include "base/random.h"

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

}  // namespace fw

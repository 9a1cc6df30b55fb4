#include "op_cases/guarded_matrix.h"

#include <algorithm>

#include "base/half.h"
#include "base/random.h"

namespace fw {
namespace {

constexpr float kMark = -12345.678f;
/** Marks before and behind a matrix. */
constexpr int64_t kMargin = 64;

}  // namespace

GuardedMatrix::GuardedMatrix(const Device& device, int64_t rows, int64_t cols, int64_t gap, DataType type)
    : device_(device),
      type_(type),
      rows_(rows),
      cols_(cols),
      stride_(cols + gap),
      memory_(device.allocate(static_cast<size_t>(rows * stride_ + 2 * kMargin) * size_of(type))) {
  upload(std::vector<float>(static_cast<size_t>(rows * stride_ + 2 * kMargin), kMark));
}

GuardedMatrix::GuardedMatrix(const Device& device, int64_t rows, int64_t cols, std::span<const float> values,
                             int64_t gap, DataType type)
    : GuardedMatrix(device, rows, cols, gap, type) {
  std::vector<float> all(static_cast<size_t>(rows * stride_ + 2 * kMargin), kMark);
  for (int64_t row = 0; row < rows; ++row) {
    std::copy_n(values.data() + row * cols, cols, all.data() + kMargin + row * stride_);
  }
  upload(all);
}

void GuardedMatrix::upload(std::span<const float> all) {
  if (type_ == DataType::f32) {
    device_.upload(memory_->data(), all.data(), all.size_bytes());
    return;
  }
  std::vector<uint16_t> narrow(all.size());
  std::transform(all.begin(), all.end(), narrow.begin(), type_ == DataType::f16 ? float_to_half : float_to_bf16);
  device_.upload(memory_->data(), narrow.data(), narrow.size() * sizeof(uint16_t));
}

std::vector<float> GuardedMatrix::download() const {
  std::vector<float> all(memory_->bytes() / size_of(type_));
  if (type_ == DataType::f32) {
    device_.download(all.data(), memory_->data(), memory_->bytes());
    return all;
  }
  std::vector<uint16_t> narrow(all.size());
  device_.download(narrow.data(), memory_->data(), memory_->bytes());
  std::transform(narrow.begin(), narrow.end(), all.begin(), type_ == DataType::f16 ? half_to_float : bf16_to_float);
  return all;
}

float GuardedMatrix::mark() const {
  switch (type_) {
    case DataType::f16:
      return half_to_float(float_to_half(kMark));
    case DataType::bf16:
      return bf16_to_float(float_to_bf16(kMark));
    default:
      return kMark;
  }
}

Tensor GuardedMatrix::tensor() const {
  return {static_cast<std::byte*>(memory_->data()) + kMargin * static_cast<int64_t>(size_of(type_)), type_, rows_,
          cols_, stride_};
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
    if (guarded && all[static_cast<size_t>(i)] != mark()) {
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

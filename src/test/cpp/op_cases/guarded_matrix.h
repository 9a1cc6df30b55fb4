#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "device/device.h"

namespace fw {

/**
 * A matrix in a device's memory whose gaps between rows, and what lies before and behind it, hold a mark: an op that
 * writes there is found out.
 */
class GuardedMatrix {
 public:
  /** gap: elements between rows. 8 keeps rows at 16 bytes where cols does; 5 never does. */
  GuardedMatrix(const Device& device, int64_t rows, int64_t cols, int64_t gap = 5, DataType type = DataType::f32);
  GuardedMatrix(const Device& device, int64_t rows, int64_t cols, std::span<const float> values, int64_t gap = 5,
                DataType type = DataType::f32);

  Tensor tensor() const;
  std::vector<float> values() const;
  bool guards_intact() const;

 private:
  /** All elements, marks included. */
  std::vector<float> download() const;
  void upload(std::span<const float> all);
  /** The mark as the type holds it. */
  float mark() const;

  const Device& device_;
  DataType type_;
  int64_t rows_;
  int64_t cols_;
  int64_t stride_;
  std::unique_ptr<Memory> memory_;
};

/** n values, uniform in [-1, 1), some of them outliers of 30 times that; the same for a seed everywhere. */
std::vector<float> random_values(size_t n, uint64_t seed, bool outliers = false);

/** The part of a matrix that its row `row` is. */
inline std::span<const float> row_of(const std::vector<float>& values, int64_t row, int64_t cols) {
  return std::span(values).subspan(static_cast<size_t>(row * cols), static_cast<size_t>(cols));
}

}  // namespace fw

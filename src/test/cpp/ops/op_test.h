#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "device/executor.h"
#include "device_cases/device_case.h"

namespace fw {

/**
 * A matrix in a device's memory whose gaps between rows, and what lies before and behind it, hold a mark: an op that
 * writes there is found out.
 */
class GuardedMatrix {
 public:
  GuardedMatrix(const Device& device, int64_t rows, int64_t cols, int64_t gap = 5);
  GuardedMatrix(const Device& device, int64_t rows, int64_t cols, std::span<const float> values, int64_t gap = 5);

  Tensor tensor() const;
  std::vector<float> values() const;
  bool guards_intact() const;

 private:
  std::vector<float> download() const;

  const Device& device_;
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

/** One op on one device, beside its plain twin. */
class OpTest : public testing::TestWithParam<DeviceCase> {
 protected:
  OpTest();

  /** Half a unit in the last place of a product's operands, relative. */
  double operand_error() const;
  /** Largest error that the precision allows in the product of a row and a column. */
  double product_bound(std::span<const float> x, std::span<const float> w) const;
  bool f32() const { return GetParam().precision == FW_PRECISION_F32; }

  std::shared_ptr<const Device> device_;
  std::unique_ptr<Executor> executor_;
  std::shared_ptr<const Device> plain_device_;
  std::unique_ptr<Executor> plain_;
};

#define FW_INSTANTIATE_OP_TEST(Suite) \
  INSTANTIATE_TEST_SUITE_P(Devices, Suite, testing::ValuesIn(device_cases()), case_name)

}  // namespace fw

#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "device/executor.h"
#include "device_cases/device_case.h"
#include "op_cases/guarded_matrix.h"
#include "op_cases/op_case.h"

namespace fw {

/** One op on one device, beside its plain twin. */
class OpTest : public testing::TestWithParam<DeviceCase> {
 protected:
  OpTest();

  /** Largest error that the precision allows in the product of a row and a column. */
  double product_bound(std::span<const float> x, std::span<const float> w) const;
  bool f32() const { return GetParam().precision == FW_PRECISION_F32; }

  /** Operands in the type that a device has for activations, in rows that begin at 16 bytes where cols allows it. */
  static GuardedMatrix activations(const Device& device, int64_t rows, int64_t cols, std::span<const float> values) {
    return GuardedMatrix(device, rows, cols, values, 8, device.habits().activations);
  }
  static GuardedMatrix activations(const Device& device, int64_t rows, int64_t cols) {
    return GuardedMatrix(device, rows, cols, 8, device.habits().activations);
  }

  std::shared_ptr<const Device> device_;
  std::unique_ptr<Executor> executor_;
  std::shared_ptr<const Device> plain_device_;
  std::unique_ptr<Executor> plain_;
};

#define FW_INSTANTIATE_OP_TEST(Suite) \
  INSTANTIATE_TEST_SUITE_P(Devices, Suite, testing::ValuesIn(device_cases()), case_name)

}  // namespace fw

#include "ops/op_test.h"

#include "device/cpu/plain/plain_device.h"

namespace fw {
OpTest::OpTest()
    : device_(GetParam().open()),
      executor_(device_->open({2, 16, 1})),
      plain_device_(make_plain_device()),
      plain_(plain_device_->open(1)) {}

double OpTest::product_bound(std::span<const float> x, std::span<const float> w) const {
  return fw::product_bound(GetParam().precision, x, w, device_->habits().activations);
}

}  // namespace fw

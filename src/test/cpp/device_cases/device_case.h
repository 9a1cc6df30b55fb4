#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "device/device.h"

namespace fw {

/** A way to compute that ops and networks are tested on: what this build and this processor offer. */
struct DeviceCase {
  std::string name;
  std::function<std::shared_ptr<const Device>()> open;
  /** Type of products and caches; tells the tolerance. */
  fw_precision precision;
};

/** All of them: the portable path with each instruction set and precision, and oneDNN's where it is built in. */
std::vector<DeviceCase> device_cases();

/** Those whose kernels a user of this processor would get: whole networks run on them. */
std::vector<DeviceCase> network_device_cases();

/** For INSTANTIATE_TEST_SUITE_P. */
inline std::string case_name(const testing::TestParamInfo<DeviceCase>& info) { return info.param.name; }

inline std::ostream& operator<<(std::ostream& out, const DeviceCase& device) { return out << device.name; }

}  // namespace fw

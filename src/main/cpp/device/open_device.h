#pragma once

#include <memory>
#include <string_view>

#include "device/device.h"

namespace fw {

/**
 * The device of an id ("cpu") at a precision; FW_PRECISION_AUTO takes the fastest that it runs well. The CPU takes
 * oneDNN where it is built in, else the portable path. Throws FW_STATUS_INVALID_ARGUMENT for an unknown id,
 * FW_STATUS_UNSUPPORTED for a precision that the device has not.
 */
std::shared_ptr<const Device> open_device(std::string_view id, fw_precision precision);

}  // namespace fw

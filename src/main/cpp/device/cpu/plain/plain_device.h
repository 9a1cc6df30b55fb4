#pragma once

#include <memory>

#include "device/device.h"

namespace fw {

/** The oracle: every op by simple loops with double accumulators, one thread, f32 weights and caches. Slow. */
std::shared_ptr<const Device> make_plain_device();

}  // namespace fw

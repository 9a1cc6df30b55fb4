#pragma once

#include <string>

namespace fw {

/**
 * Why libfastwhisper_cuda counts no GPU, asked of NVIDIA's driver itself: there is none, it shows no GPU and why, or it
 * is too old. In a sentence without a full stop, never "". For any thread.
 *
 * @param driver the driver's library, "libcuda.so.1"
 */
std::string driver_obstacle(const char* driver);

}  // namespace fw

#pragma once

#include <string>

#include "fastwhisper.h"

namespace fw {

/**
 * NVIDIA's management library (NVML), which comes with the driver and measures GPUs, or why it tells nothing.
 * Immutable; for any thread. What was loaded stays loaded until the process ends.
 */
class CudaManagement {
 public:
  /** @param path the library, "libnvidia-ml.so.1" */
  explicit CudaManagement(const char* path);

  /**
   * How much of a GPU all processes use. Takes about a millisecond.
   *
   * @param bus_id where the GPU is, "0000:17:00.0": NVML's numbers are not CUDA's
   * @throws Error FW_STATUS_UNSUPPORTED where nothing is told
   */
  fw_device_use measure(const std::string& bus_id) const;

 private:
  void* library_ = nullptr;
  std::string obstacle_;
};

}  // namespace fw

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "device/device.h"
#include "fastwhisper.h"

namespace fw {

struct CudaBackend;

/**
 * libfastwhisper_cuda, which is built where there is a CUDA toolkit and loaded where there is a driver, or why no GPU
 * can be used. Immutable; for any thread. What was loaded stays loaded until the process ends.
 */
class CudaLibrary {
 public:
  /** Loads a file, or, where path has no slash, what the system's loader finds by that name. */
  explicit CudaLibrary(const std::string& path);

  /** The one of this process; the first call loads it from default_path. */
  static const CudaLibrary& of_process();

  /**
   * FASTWHISPER_CUDA_LIBRARY of the environment where it is set; else the file beside the shared object that holds this
   * code, where there is one; else the plain name.
   */
  static std::string default_path();

  /** GPUs that can be used. */
  int32_t device_count() const { return n_devices_; }
  /** Why there are none, in a sentence without a full stop; "" where there are some. */
  const std::string& obstacle() const { return obstacle_; }

  /** Describes GPU number index, which must be below device_count. Throws what the library throws. */
  void describe(int32_t index, fw_device_info* info) const;
  /**
   * Measures GPU number index, which must be below device_count. The first call loads NVIDIA's management library.
   * Throws what CudaManagement throws.
   */
  fw_device_use measure(int32_t index) const;
  /** The device of GPU number index, which must be below device_count. Throws what the library throws. */
  std::shared_ptr<const Device> open(int32_t index, fw_precision precision) const;

 private:
  const CudaBackend* backend_ = nullptr;
  int32_t n_devices_ = 0;
  std::string obstacle_;
};

}  // namespace fw

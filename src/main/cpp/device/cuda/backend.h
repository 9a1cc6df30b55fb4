#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "device/device.h"
#include "fastwhisper.h"

namespace fw {

/**
 * What libfastwhisper_cuda offers to the core, which loads it at run time. Both are built together and pass C++ objects
 * and fw::Error to one another, so the core refuses a library of another build. All functions are for any thread.
 */
struct CudaBackend {
  /** FASTWHISPER_BUILD of the library. */
  const char* build;
  /** GPUs that the driver shows; 0 without a driver. Never throws. */
  int32_t (*device_count)();
  /** Fills everything but the index-free fields of the caller; throws fw::Error. */
  void (*describe)(int32_t index, fw_device_info* info);
  /** The library that measures the GPUs, for CudaManagement. */
  const char* management;
  /** Where a GPU is on the host's bus, for CudaManagement; throws fw::Error. */
  std::string (*bus_id)(int32_t index);
  /** Throws FW_STATUS_UNSUPPORTED for a precision or GPU that it has not, FW_STATUS_DEVICE_LOST for a lost context. */
  std::shared_ptr<const Device> (*open)(int32_t index, fw_precision precision);
};

}  // namespace fw

/** The one symbol of libfastwhisper_cuda. Static storage. */
extern "C" __attribute__((visibility("default"))) const fw::CudaBackend* fw_cuda_backend(void);

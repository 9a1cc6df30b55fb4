#include "device/cuda/cuda_check.h"

#include <atomic>
#include <mutex>
#include <string>

#include "base/error.h"

namespace fw::cuda {
namespace {

fw_status status_of(cudaError_t error) {
  switch (error) {
    case cudaErrorMemoryAllocation:
      return FW_STATUS_OUT_OF_MEMORY;
    case cudaErrorNoDevice:
    case cudaErrorInsufficientDriver:
    case cudaErrorInvalidDevice:
    case cudaErrorNoKernelImageForDevice:
    case cudaErrorUnsupportedPtxVersion:
    case cudaErrorSystemDriverMismatch:
    case cudaErrorCompatNotSupportedOnDevice:
      return FW_STATUS_UNSUPPORTED;
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchTimeout:
    case cudaErrorAssert:
    case cudaErrorHardwareStackError:
    case cudaErrorIllegalInstruction:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorLaunchFailure:
    case cudaErrorECCUncorrectable:
    case cudaErrorNvlinkUncorrectable:
    case cudaErrorExternalDevice:
    case cudaErrorTensorMemoryLeak:
    case cudaErrorContained:
    case cudaErrorDevicesUnavailable:
    case cudaErrorContextIsDestroyed:
    case cudaErrorCudartUnloading:
      return FW_STATUS_DEVICE_LOST;
    default:
      return FW_STATUS_LANE_LOST;
  }
}

/** Set once, before the flag: what ended the context. */
std::mutex lost_mutex;
std::string lost_by;
std::atomic<bool> lost{false};

void remember_loss(const std::string& text) {
  const std::lock_guard lock(lost_mutex);
  if (!lost) lost_by = text;
  lost = true;
}

}  // namespace

void check(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return;
  const std::string text = std::string("CUDA: ") + what + ": " + cudaGetErrorName(status) + " (" +
                           std::to_string(static_cast<int>(status)) + "), " + cudaGetErrorString(status);
  const fw_status meaning = status_of(status);
  if (meaning == FW_STATUS_DEVICE_LOST) {
    remember_loss(text);
  } else {
    // What is not sticky must not be found again by the next call.
    cudaGetLastError();
  }
  throw Error(meaning, text);
}

void enter(int32_t device) {
  if (lost) {
    const std::lock_guard lock(lost_mutex);
    throw Error(FW_STATUS_DEVICE_LOST,
                "the CUDA context of this process was lost, only a new process helps: " + lost_by);
  }
  check(cudaSetDevice(device), "cudaSetDevice");
}

}  // namespace fw::cuda

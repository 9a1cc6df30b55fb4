#pragma once

#include <memory>
#include <string_view>

#include "device/cuda_library.h"
#include "device/device.h"

namespace fw {

/**
 * The device of an id at a precision: "cpu", "cuda:N" for GPU number N, "auto" for the first GPU or, where there is
 * none, the CPU. FW_PRECISION_AUTO takes the fastest that it runs well. The CPU takes oneDNN where it is built in, else
 * the portable path. Throws FW_STATUS_INVALID_ARGUMENT for an unknown id or a GPU that is not there,
 * FW_STATUS_UNSUPPORTED for a precision that the device has not and for a GPU where none can be used, with the reason.
 */
std::shared_ptr<const Device> open_device(std::string_view id, fw_precision precision);

/** The same with the GPUs of a library. */
std::shared_ptr<const Device> open_device(std::string_view id, fw_precision precision, const CudaLibrary& cuda);

}  // namespace fw

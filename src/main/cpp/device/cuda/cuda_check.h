#pragma once

#include <cuda_runtime.h>

#include <cstdint>

namespace fw::cuda {

/**
 * Throws fw::Error where a call of CUDA failed: FW_STATUS_OUT_OF_MEMORY for memory (not sticky), FW_STATUS_UNSUPPORTED
 * where driver or GPU do not fit this build, FW_STATUS_DEVICE_LOST for the errors that end the context (CUDA runtime
 * API, enum cudaError: "the process must be terminated and relaunched"), else FW_STATUS_LANE_LOST. `what` names the
 * call. A lost context is remembered.
 */
void check(cudaError_t status, const char* what);

/** The last error of a launch. */
inline void check_launch(const char* kernel) { check(cudaGetLastError(), kernel); }

/**
 * Makes a GPU the calling thread's, and throws FW_STATUS_DEVICE_LOST at once where the context of this process was lost
 * before. The first thing of every function that touches the GPU.
 */
void enter(int32_t device);

}  // namespace fw::cuda

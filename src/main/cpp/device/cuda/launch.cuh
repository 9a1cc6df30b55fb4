#pragma once

#include <cuda_runtime.h>

#include <utility>

namespace fw::cuda {

/**
 * Programmatic dependent launch (CUDA programming guide): the blocks of a kernel that is launched by launch_early may
 * start while the kernel before it in the stream runs its last blocks. Such a kernel calls wait_for_inputs before it
 * touches anything but weights, and says by allow_next, at once, that the one behind it may start as early. Of a step
 * of one row, hundreds of kernels of a few microseconds, the time between kernels is a third.
 */
__device__ inline void wait_for_inputs() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}
__device__ inline void allow_next() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;");
#endif
}

/** Whether the calling thread's GPU has it: compute capability 9.0 and newer. */
inline bool launches_early() {
  int device = 0, major = 0;
  cudaGetDevice(&device);
  cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device);
  return major >= 9;
}

template <typename... Parameters, typename... Arguments>
void launch_early(cudaStream_t stream, dim3 grid, unsigned threads, size_t shared, void (*kernel)(Parameters...),
                  Arguments&&... arguments) {
  cudaLaunchConfig_t config{};
  config.gridDim = grid;
  config.blockDim = dim3(threads);
  config.dynamicSmemBytes = shared;
  config.stream = stream;
  cudaLaunchAttribute early{};
  early.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  early.val.programmaticStreamSerializationAllowed = 1;
  config.attrs = &early;
  config.numAttrs = launches_early() ? 1 : 0;
  // A failure is seen by the caller through cudaGetLastError.
  cudaLaunchKernelEx(&config, kernel, Parameters(std::forward<Arguments>(arguments))...);
}

}  // namespace fw::cuda

#pragma once

#include <cuda_runtime.h>

#include <utility>

namespace fw::cuda {

/**
 * Programmatic dependent launch (CUDA programming guide): the blocks of a kernel that is launched by launch_early may
 * start while the kernel before it in the stream runs its last blocks. Such a kernel calls wait_for_inputs before it
 * touches anything but weights and what a batch has staged, and says by allow_next, at once, that the one behind it may
 * start as early. Of a step of one row, hundreds of kernels of a few microseconds, the time between kernels is a third.
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

/** Blocks in clusters of `cluster` along z; more than one where launches_early() alone. */
template <typename... Parameters, typename... Arguments>
void launch_clusters_early(cudaStream_t stream, dim3 grid, unsigned cluster, unsigned threads, size_t shared,
                           void (*kernel)(Parameters...), Arguments&&... arguments) {
  if (shared > 48 * 1024) {
    cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared));
  }
  cudaLaunchConfig_t config{};
  config.gridDim = grid;
  config.blockDim = dim3(threads);
  config.dynamicSmemBytes = shared;
  config.stream = stream;
  cudaLaunchAttribute attributes[2] = {};
  attributes[0].id = cudaLaunchAttributeProgrammaticStreamSerialization;
  attributes[0].val.programmaticStreamSerializationAllowed = 1;
  attributes[1].id = cudaLaunchAttributeClusterDimension;
  attributes[1].val.clusterDim = {1, 1, cluster};
  config.attrs = attributes;
  config.numAttrs = !launches_early() ? 0 : cluster > 1 ? 2 : 1;
  // A failure is seen by the caller through cudaGetLastError.
  cudaLaunchKernelEx(&config, kernel, Parameters(std::forward<Arguments>(arguments))...);
}

template <typename... Parameters, typename... Arguments>
void launch_early(cudaStream_t stream, dim3 grid, unsigned threads, size_t shared, void (*kernel)(Parameters...),
                  Arguments&&... arguments) {
  launch_clusters_early(stream, grid, 1, threads, shared, kernel, std::forward<Arguments>(arguments)...);
}

}  // namespace fw::cuda

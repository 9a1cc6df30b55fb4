#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "device/cuda/async_copy.cuh"

/**
 * Clusters of blocks, which run at the same time and write to one another's shared memory (PTX ISA, barrier.cluster,
 * mapa). Compute capability 9.0 and newer; elsewhere no kernel is launched in clusters, and all of this is nothing.
 */
namespace fw::cuda {

/** All threads of a cluster arrive as often as any of them waits; what they wrote before is seen behind the wait. */
__device__ inline void arrive_at_cluster() {
#if __CUDA_ARCH__ >= 900
  asm volatile("barrier.cluster.arrive.release.aligned;" ::: "memory");
#endif
}
__device__ inline void wait_for_cluster() {
#if __CUDA_ARCH__ >= 900
  asm volatile("barrier.cluster.wait.acquire.aligned;" ::: "memory");
#endif
}

/** Writes to where `to` of this block lies in the cluster's first. */
__device__ inline void write_to_first(float* to, float value) {
#if __CUDA_ARCH__ >= 900
  uint32_t there;
  asm("mapa.shared::cluster.u32 %0, %1, 0;" : "=r"(there) : "r"(shared_address(to)));
  asm volatile("st.shared::cluster.f32 [%0], %1;" ::"r"(there), "f"(value) : "memory");
#else
  *to = value;
#endif
}

/** Reads what lies in a block of the cluster where `from` is in this one; 16 bytes. */
__device__ inline float4 read_from_block(const float* from, uint32_t block) {
#if __CUDA_ARCH__ >= 900
  uint32_t there;
  asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(there) : "r"(shared_address(from)), "r"(block));
  float4 value;
  asm volatile("ld.shared::cluster.v4.f32 {%0, %1, %2, %3}, [%4];"
               : "=f"(value.x), "=f"(value.y), "=f"(value.z), "=f"(value.w)
               : "r"(there)
               : "memory");
  return value;
#else
  return *reinterpret_cast<const float4*>(from);
#endif
}

}  // namespace fw::cuda

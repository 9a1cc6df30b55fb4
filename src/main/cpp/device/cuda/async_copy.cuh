#pragma once

#include <cuda_runtime.h>

#include <cstdint>

/** Copies from device to shared memory that are under way while their thread goes on (PTX ISA, cp.async). */
namespace fw::cuda {

__device__ inline uint32_t shared_address(const void* p) { return static_cast<uint32_t>(__cvta_generic_to_shared(p)); }

/** 16 bytes, or zeros where they are not there. */
__device__ inline void copy_16(void* to, const void* from, bool there) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(to)), "l"(from), "r"(there ? 16 : 0)
               : "memory");
}
__device__ inline void close_stage() { asm volatile("cp.async.commit_group;" ::: "memory"); }
/** Waits until at most kOpen of this thread's stages are under way. */
template <int kOpen>
__device__ inline void wait_stages() {
  asm volatile("cp.async.wait_group %0;" ::"n"(kOpen) : "memory");
}

/** Brings bytes into the second cache; from and bytes are multiples of 16. Before compute capability 9.0 nothing. */
__device__ inline void fetch_ahead(const void* from, uint32_t bytes) {
#if __CUDA_ARCH__ >= 900
  asm volatile("cp.async.bulk.prefetch.L2.global [%0], %1;" ::"l"(from), "r"(bytes) : "memory");
#endif
}

}  // namespace fw::cuda

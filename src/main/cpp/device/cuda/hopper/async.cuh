#pragma once

#include <cuda.h>

#include <cstdint>

#include "device/cuda/async_copy.cuh"

/**
 * Copies of boxes from memory to shared memory that the copy engine of a Hopper multiprocessor makes by itself, and the
 * barriers in shared memory that tell of them (PTX ISA: mbarrier, cp.async.bulk.tensor).
 */
namespace fw::cuda {

/** A barrier whose phases end when `count` threads have arrived and all bytes that were promised are there. */
class SharedBarrier {
 public:
  __device__ void init(uint32_t count) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(address()), "r"(count) : "memory");
  }
  __device__ void arrive() { asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(address()) : "memory"); }
  /** Arrives and promises bytes that copies will bring. */
  __device__ void arrive_expecting(uint32_t bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(address()), "r"(bytes) : "memory");
  }
  /** Waits until a phase has ended, counted from 0; at most one behind the phase that runs. */
  __device__ void wait(int phase) {
    uint32_t ended = 0;
    while (ended == 0) {
      asm volatile(
          "{\n"
          ".reg .pred p;\n"
          "mbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2;\n"
          "selp.u32 %0, 1, 0, p;\n"
          "}"
          : "=r"(ended)
          : "r"(address()), "r"(static_cast<uint32_t>(phase & 1))
          : "memory");
    }
  }
  __device__ uint32_t address() const { return shared_address(&word_); }

 private:
  uint64_t word_;
};

/** Makes barriers that one thread has begun known to the copy engine; __syncthreads makes them known to the block. */
__device__ inline void publish_barriers() { asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory"); }

/** Copies the box at (column, row, window) of a tensor; what lies outside of the tensor becomes zeros. */
__device__ inline void copy_box(void* to, const CUtensorMap& from, int column, int row, int window,
                                const SharedBarrier& barrier) {
  asm volatile(
      "cp.async.bulk.tensor.3d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3, %4}], [%5];" ::
          "r"(shared_address(to)),
      "l"(&from), "r"(column), "r"(row), "r"(window), "r"(barrier.address())
      : "memory");
}
/** Brings the box into the second cache. */
__device__ inline void fetch_box(const CUtensorMap& from, int column, int row, int window) {
  asm volatile("cp.async.bulk.prefetch.tensor.3d.L2.global [%0, {%1, %2, %3}];" ::"l"(&from), "r"(column), "r"(row),
               "r"(window)
               : "memory");
}

}  // namespace fw::cuda

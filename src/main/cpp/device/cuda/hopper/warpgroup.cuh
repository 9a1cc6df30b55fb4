#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>
#include <type_traits>

#include "device/cuda/hopper/async.cuh"

/**
 * Products of a warpgroup, four warps that a Hopper multiprocessor's tensor cores work for together (PTX ISA,
 * wgmma.mma_async). Warp w of the four has rows 16 w to 16 w + 15; of those, lane 4 g + t holds the places of the first
 * operand and of the sums that multiply_add (elements.cuh) has. The second operand lies in shared memory: rows of 128
 * bytes whose pieces of 16 are swizzled (piece ^ row % 8), as copy_box lays them, beginning at a multiple of 1,024.
 */
namespace fw::cuda {

/** Sums [64][64] of a warpgroup: c[j] of lane 4 g + t are (g, 8 j + 2 t), the next, (g + 8, 8 j + 2 t), the next. */
using Sums64 = float[8][4];

/** A tile of shared memory as the tensor cores read it: swizzled by 128 bytes, eight rows behind eight rows. */
__device__ inline uint64_t swizzled_tile(const void* tile) {
  constexpr uint64_t kSwizzle128 = uint64_t{1} << 62;
  constexpr uint64_t kEightRows = uint64_t{1024 >> 4} << 32;
  constexpr uint64_t kUnused = uint64_t{1} << 16;
  return kSwizzle128 | kEightRows | kUnused | ((shared_address(tile) & 0x3ffffu) >> 4);
}

/** Before the first product that uses registers which were written since. */
__device__ inline void begin_products() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
__device__ inline void close_products() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }

/** Waits for all products that were closed; naming the sums keeps what reads them behind it. */
__device__ inline void wait_products(Sums64& c) {
  asm volatile("wgmma.wait_group.sync.aligned 0;"
               : "+f"(c[0][0]), "+f"(c[0][1]), "+f"(c[0][2]), "+f"(c[0][3]), "+f"(c[1][0]), "+f"(c[1][1]),
                 "+f"(c[1][2]), "+f"(c[1][3]), "+f"(c[2][0]), "+f"(c[2][1]), "+f"(c[2][2]), "+f"(c[2][3]),
                 "+f"(c[3][0]), "+f"(c[3][1]), "+f"(c[3][2]), "+f"(c[3][3]), "+f"(c[4][0]), "+f"(c[4][1]),
                 "+f"(c[4][2]), "+f"(c[4][3]), "+f"(c[5][0]), "+f"(c[5][1]), "+f"(c[5][2]), "+f"(c[5][3]),
                 "+f"(c[6][0]), "+f"(c[6][1]), "+f"(c[6][2]), "+f"(c[6][3]), "+f"(c[7][0]), "+f"(c[7][1]),
                 "+f"(c[7][2]), "+f"(c[7][3])
               :
               : "memory");
}

/**
 * c = a b, or c += a b where `adds`: a [64][16] in registers, b [16][64] at a descriptor. kTurned: b's rows lie one
 * after the other; else its columns do.
 */
#define FW_PRODUCT(type)                                                                                         \
  asm volatile(                                                                                                  \
      "{\n"                                                                                                      \
      ".reg .pred p;\n"                                                                                          \
      "setp.ne.b32 p, %37, 0;\n"                                                                                 \
      "wgmma.mma_async.sync.aligned.m64n64k16.f32." type "." type                                                \
      " {%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, "        \
      "%21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, {%32, %33, %34, %35}, %36, p, 1, 1, %38;\n"       \
      "}"                                                                                                        \
      : "+f"(c[0][0]), "+f"(c[0][1]), "+f"(c[0][2]), "+f"(c[0][3]), "+f"(c[1][0]), "+f"(c[1][1]), "+f"(c[1][2]), \
        "+f"(c[1][3]), "+f"(c[2][0]), "+f"(c[2][1]), "+f"(c[2][2]), "+f"(c[2][3]), "+f"(c[3][0]), "+f"(c[3][1]), \
        "+f"(c[3][2]), "+f"(c[3][3]), "+f"(c[4][0]), "+f"(c[4][1]), "+f"(c[4][2]), "+f"(c[4][3]), "+f"(c[5][0]), \
        "+f"(c[5][1]), "+f"(c[5][2]), "+f"(c[5][3]), "+f"(c[6][0]), "+f"(c[6][1]), "+f"(c[6][2]), "+f"(c[6][3]), \
        "+f"(c[7][0]), "+f"(c[7][1]), "+f"(c[7][2]), "+f"(c[7][3])                                               \
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(static_cast<int>(adds)), "n"(kTurned ? 1 : 0))
template <typename T, bool kTurned>
__device__ inline void multiply_64(Sums64& c, const uint32_t (&a)[4], uint64_t b, bool adds) {
  if constexpr (std::is_same_v<T, half>) {
    FW_PRODUCT("f16");
  } else {
    FW_PRODUCT("bf16");
  }
}
#undef FW_PRODUCT

}  // namespace fw::cuda

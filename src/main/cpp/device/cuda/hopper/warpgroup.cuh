#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>
#include <type_traits>

#include "device/cuda/hopper/async.cuh"

/**
 * Products of a warpgroup, four warps that a Hopper multiprocessor's tensor cores work for together and beside (PTX
 * ISA, wgmma.mma_async). Warp w of the four has rows 16 w to 16 w + 15; of those, lane 4 g + t holds the places of the
 * first operand and of the sums that multiply_add (elements.cuh) has. Operands in shared memory are boxes as copy_box
 * brings them: rows of 128 bytes whose pieces of 16 are swizzled (piece ^ row % 8), beginning at a multiple of 1,024.
 */
namespace fw::cuda {

/** Sums [64][kColumns]: c[j] of lane 4 g + t are (g, 8 j + 2 t), the next, (g + 8, 8 j + 2 t), the next. */
template <int kColumns>
using Sums = float[kColumns / 8][4];

/** A box as the tensor cores read it: swizzled by 128 bytes, eight rows behind eight rows. Units of 16 bytes. */
__device__ inline uint64_t swizzled_box(const void* box) {
  constexpr uint64_t kSwizzle128 = uint64_t{1} << 62;
  constexpr uint64_t kEightRows = uint64_t{1024 / 16} << 32;
  constexpr uint64_t kUnused = uint64_t{1} << 16;
  return kSwizzle128 | kEightRows | kUnused | ((shared_address(box) & 0x3ffffu) / 16);
}
/** What is added to it for the next 16 elements of each row, and for the next 16 rows. */
inline constexpr uint64_t next_columns = 16 * 2 / 16;
inline constexpr uint64_t next_rows = 16 * 128 / 16;

/** Before the first product that uses registers which were written since. */
__device__ inline void begin_products() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
__device__ inline void close_products() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
/** Waits until at most kOpen groups that were closed are not done. */
template <int kOpen>
__device__ inline void wait_products() {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(kOpen) : "memory");
}
/** Keeps what reads these sums behind the wait for them. */
template <int kTiles>
__device__ inline void read_sums(float (&c)[kTiles][4]) {
#pragma unroll
  for (int j = 0; j < kTiles; ++j) {
#pragma unroll
    for (int e = 0; e < 4; ++e) asm volatile("" : "+f"(c[j][e])::"memory");
  }
}

#define FW_TILE(j) "+f"(c[j][0]), "+f"(c[j][1]), "+f"(c[j][2]), "+f"(c[j][3])
#define FW_SUMS_32 FW_TILE(0), FW_TILE(1), FW_TILE(2), FW_TILE(3)
#define FW_SUMS_64 FW_SUMS_32, FW_TILE(4), FW_TILE(5), FW_TILE(6), FW_TILE(7)
#define FW_NAMES_32 "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15"
#define FW_NAMES_64 FW_NAMES_32 ", %16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31"
/** names: of a, b, whether c is kept, and how a and b lie. */
#define FW_PRODUCT(n, type, a_name, b_name, keeps, lie, ...)                                     \
  asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, " keeps                                         \
               ", 0;\n"                                                                          \
               "wgmma.mma_async.sync.aligned.m64n" #n "k16.f32." type "." type " {" FW_NAMES_##n \
               "}, " a_name ", " b_name ", p, 1, 1, " lie ";\n}"                                 \
               : FW_SUMS_##n                                                                     \
               : __VA_ARGS__)

/** c = a b^T, or c += a b^T where `adds`: boxes of the rows of a [64][16] and of b [kColumns][16]. */
template <typename T, int kColumns>
__device__ inline void multiply_rows(float (&c)[kColumns / 8][4], uint64_t a, uint64_t b, bool adds) {
  static_assert(kColumns == 32 || kColumns == 64);
  const int keeps = adds;
  if constexpr (std::is_same_v<T, half> && kColumns == 64) {
    FW_PRODUCT(64, "f16", "%32", "%33", "%34", "0, 0", "l"(a), "l"(b), "r"(keeps));
  } else if constexpr (kColumns == 64) {
    FW_PRODUCT(64, "bf16", "%32", "%33", "%34", "0, 0", "l"(a), "l"(b), "r"(keeps));
  } else if constexpr (std::is_same_v<T, half>) {
    FW_PRODUCT(32, "f16", "%16", "%17", "%18", "0, 0", "l"(a), "l"(b), "r"(keeps));
  } else {
    FW_PRODUCT(32, "bf16", "%16", "%17", "%18", "0, 0", "l"(a), "l"(b), "r"(keeps));
  }
}

/**
 * c += a b: a [64][16] in registers, the rows of b [16][64] in a box. The registers of a must be new ones for each
 * product: the compiler (ptxas 13.0.88) gave what a loop keeps in registers for its products to others inside it.
 */
template <typename T>
__device__ inline void multiply_turned(Sums<64>& c, const uint32_t (&a)[4], uint64_t b) {
  const int keeps = 1;
  if constexpr (std::is_same_v<T, half>) {
    FW_PRODUCT(64, "f16", "{%32, %33, %34, %35}", "%36", "%37", "1", "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b),
               "r"(keeps));
  } else {
    FW_PRODUCT(64, "bf16", "{%32, %33, %34, %35}", "%36", "%37", "1", "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]),
               "l"(b), "r"(keeps));
  }
}
#undef FW_PRODUCT
#undef FW_NAMES_64
#undef FW_NAMES_32
#undef FW_SUMS_64
#undef FW_SUMS_32
#undef FW_TILE

}  // namespace fw::cuda

#pragma once

#include <cstdint>

/** Reductions over the 32 lanes of a warp, all of which call them and get the same bits. */
namespace fw::cuda {

inline constexpr uint32_t kAllLanes = 0xffffffffu;

/** An unsigned number that orders as the float does; both zeros are one. */
__device__ inline uint32_t ordered(float value) {
  const uint32_t bits = __float_as_uint(value + 0.0f);
  return bits ^ ((bits & 0x80000000u) != 0 ? 0xffffffffu : 0x80000000u);
}

__device__ inline float unordered(uint32_t key) {
  return __uint_as_float(key ^ ((key & 0x80000000u) != 0 ? 0x80000000u : 0xffffffffu));
}

__device__ inline float warp_max(float value) { return unordered(__reduce_max_sync(kAllLanes, ordered(value))); }

/** The same bits in all lanes. */
__device__ inline float warp_sum(float value) {
#pragma unroll
  for (int32_t reach = 16; reach > 0; reach /= 2) {
    value += __shfl_xor_sync(kAllLanes, value, reach);
  }
  return value;
}

}  // namespace fw::cuda

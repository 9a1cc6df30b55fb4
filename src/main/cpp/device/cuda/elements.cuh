#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>

#include "device/tensor.h"

/** The element types of the CUDA backend: float, half, and bfloat16, with conversions and the tensor cores' product. */
namespace fw::cuda {

using bf16 = __nv_bfloat16;

template <typename T>
struct Element;
template <>
struct Element<float> {
  static constexpr DataType type = DataType::f32;
};
template <>
struct Element<half> {
  static constexpr DataType type = DataType::f16;
};
template <>
struct Element<bf16> {
  static constexpr DataType type = DataType::bf16;
};

__device__ inline float to_float(float x) { return x; }
__device__ inline float to_float(half x) { return __half2float(x); }
__device__ inline float to_float(bf16 x) { return __bfloat162float(x); }

template <typename T>
__device__ inline T from_float(float x);
template <>
__device__ inline float from_float<float>(float x) {
  return x;
}
/** Beyond the largest half there is no infinity: a single large activation must not make a row of NaN. */
template <>
__device__ inline half from_float<half>(float x) {
  return __float2half_rn(fminf(fmaxf(x, -65504.0f), 65504.0f));
}
template <>
__device__ inline bf16 from_float<bf16>(float x) {
  return __float2bfloat16_rn(x);
}

/** Two values in one register, the first in the low half. */
template <typename T>
__device__ inline uint32_t pack_two(float low, float high);
template <>
__device__ inline uint32_t pack_two<half>(float low, float high) {
  const half2 both = __floats2half2_rn(low, high);
  return reinterpret_cast<const uint32_t&>(both);
}
template <>
__device__ inline uint32_t pack_two<bf16>(float low, float high) {
  const __nv_bfloat162 both = __floats2bfloat162_rn(low, high);
  return reinterpret_cast<const uint32_t&>(both);
}

/** Four values behind one another, from where four of T can be written at once. */
template <typename T>
__device__ inline void write_4(T* to, float4 v) {
  if constexpr (sizeof(T) == 4) {
    *reinterpret_cast<float4*>(to) = v;
  } else {
    *reinterpret_cast<uint2*>(to) = {pack_two<T>(v.x, v.y), pack_two<T>(v.z, v.w)};
  }
}

/**
 * c += a b of the tensor cores, m16n8k16 (PTX ISA, mma.m16n8k16): lane 4 g + t holds of a [16][16] the places
 * (g, 2t), (g + 8, 2t), (g, 2t + 8), (g + 8, 2t + 8), each with its right neighbour; of b [16][8] (2t, g) and
 * (2t + 8, g), each with the one below; of c [16][8] (g, 2t), (g, 2t + 1), (g + 8, 2t), (g + 8, 2t + 1).
 */
template <typename T>
__device__ inline void multiply_add(float (&c)[4], uint32_t a0, uint32_t a1, uint32_t a2, uint32_t a3, uint32_t b0,
                                    uint32_t b1);
template <>
__device__ inline void multiply_add<half>(float (&c)[4], uint32_t a0, uint32_t a1, uint32_t a2, uint32_t a3,
                                          uint32_t b0, uint32_t b1) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
               : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}
template <>
__device__ inline void multiply_add<bf16>(float (&c)[4], uint32_t a0, uint32_t a1, uint32_t a2, uint32_t a3,
                                          uint32_t b0, uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}

/** 2^x, as exact as the special-function unit is (2 ulp); 0 for minus infinity. */
__device__ inline float exp2_fast(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

inline constexpr float log2_e = 1.4426950408889634f;

/** Sum, or largest, over all lanes of a warp; the same in each. */
__device__ inline float warp_sum(float x) {
  for (int step = 16; step != 0; step /= 2) x += __shfl_xor_sync(0xffffffffu, x, step);
  return x;
}
__device__ inline float warp_max(float x) {
  for (int step = 16; step != 0; step /= 2) x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, step));
  return x;
}

/** GELU by the error function: x / 2 (1 + erf(x / sqrt 2)). */
__device__ inline float gelu(float x) { return 0.5f * x * (1.0f + erff(x * 0.70710678f)); }

/** Runs a generic lambda with a value of the type that a tensor has. */
template <typename Work>
void with_type(DataType type, Work&& work) {
  switch (type) {
    case DataType::f16:
      work(half{});
      return;
    case DataType::bf16:
      work(bf16{});
      return;
    default:
      work(float{});
  }
}

}  // namespace fw::cuda

#pragma once

#include <cuda_runtime.h>

#include "device/cuda/elements.cuh"

/** The norm of a row in f32, by the lanes that share it. */
namespace fw::cuda {

/** Longest row of which its lanes hold all values. */
inline constexpr int norm_values = 1536;
/** Places of a row: sums are added in the order of their numbers. */
inline constexpr int norm_places = 128;

/**
 * Sum of a row's values, of which 128 places hold a part each; the same in each lane. Added in one order, whether 128
 * threads have the places or a warp, four a lane: so that a row gives the same bits wherever it is normed. part is
 * shared memory of four floats of those 128 threads; all threads of the block call it.
 */
template <int kLanes>
__device__ float sum_of_row(const float (&x)[norm_places / kLanes], float* part) {
  float sums[norm_places / 32];
  if constexpr (kLanes == 32) {
#pragma unroll
    for (int i = 0; i < norm_places / 32; ++i) sums[i] = warp_sum(x[i]);
  } else {
    const float sum = warp_sum(x[0]);
    if (threadIdx.x % 32 == 0) part[threadIdx.x % norm_places / 32] = sum;
    __syncthreads();
#pragma unroll
    for (int i = 0; i < norm_places / 32; ++i) sums[i] = part[i];
  }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/** A row of n values, a multiple of 4 up to norm_values, as its 32 or 128 lanes hold it: pieces lane + kLanes i. */
template <int kLanes>
struct RowOfLanes {
  static constexpr int pieces = norm_values / (4 * kLanes);
  float4 piece[pieces];

  __device__ void load(const float* row, int lane, int n) {
    const float4* const from = reinterpret_cast<const float4*>(row);
#pragma unroll
    for (int i = 0; i < pieces; ++i) piece[i] = lane + kLanes * i < n / 4 ? from[lane + kLanes * i] : float4{};
  }

  /**
   * Takes the mean off all values and returns what they are multiplied by then. part is shared memory [2][4] of the
   * row's 128 threads, unused by a warp.
   */
  __device__ float center(int lane, int n, float (*part)[norm_places / 32]) {
    // Piece lane + kLanes i belongs to the place of its number modulo 128.
    constexpr int kPlaces = norm_places / kLanes;
    float sum[kPlaces] = {}, squares[kPlaces] = {};
#pragma unroll
    for (int i = 0; i < pieces; ++i) {
      sum[i % kPlaces] += (piece[i].x + piece[i].y) + (piece[i].z + piece[i].w);
    }
    const float mean = sum_of_row<kLanes>(sum, part[0]) / static_cast<float>(n);
#pragma unroll
    for (int i = 0; i < pieces; ++i) {
      if (lane + kLanes * i >= n / 4) continue;
      float4& v = piece[i];
      v = {v.x - mean, v.y - mean, v.z - mean, v.w - mean};
      // Said in full, so that all kernels round alike.
      squares[i % kPlaces] += fmaf(v.x, v.x, __fmul_rn(v.y, v.y)) + fmaf(v.z, v.z, __fmul_rn(v.w, v.w));
    }
    return rsqrtf(__fadd_rn(sum_of_row<kLanes>(squares, part[1]) / static_cast<float>(n), 1e-5f));
  }
};

/** Four values of a centered row, normed. */
__device__ inline float4 normed(float4 v, float scale, float4 weight, float4 bias) {
  return {fmaf(v.x * scale, weight.x, bias.x), fmaf(v.y * scale, weight.y, bias.y), fmaf(v.z * scale, weight.z, bias.z),
          fmaf(v.w * scale, weight.w, bias.w)};
}

}  // namespace fw::cuda

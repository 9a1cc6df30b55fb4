// Floor: a row read once in f32 and written once. 12,000 rows of 1,280 in f16: 92 MB, 23 us at 4 TB/s. Few rows are
// bound by the way to memory and back: a block a row, so that a lane waits for a few values only.
#include "device/cuda/elements.cuh"
#include "device/cuda/kernels.h"
#include "device/cuda/launch.cuh"

namespace fw::cuda {
namespace {

constexpr int kThreads = 128;
/** Rows of up to 1,536 values are read once. */
constexpr int kKept = 1536;
/** From so many rows on, a warp takes a row: all multiprocessors are busy then. */
constexpr int64_t kManyRows = 2048;

/**
 * Sum of a row's values, of which 128 places hold a part each; the same in each lane. Added in one order, whether a
 * block has the places or a warp, four a lane: so that a row gives the same bits among many rows as among few.
 */
template <int kLanes>
__device__ float sum_of_row(const float (&x)[kThreads / kLanes], float* part) {
  float sums[kThreads / 32];
  if constexpr (kLanes == 32) {
#pragma unroll
    for (int i = 0; i < kThreads / 32; ++i) sums[i] = warp_sum(x[i]);
  } else {
    const float sum = warp_sum(x[0]);
    __syncthreads();
    if (threadIdx.x % 32 == 0) part[threadIdx.x / 32] = sum;
    __syncthreads();
#pragma unroll
    for (int i = 0; i < kThreads / 32; ++i) sums[i] = part[i];
  }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

template <typename T>
__device__ void write_4(T* to, float4 v) {
  if constexpr (sizeof(T) == 4) {
    *reinterpret_cast<float4*>(to) = v;
  } else {
    *reinterpret_cast<uint2*>(to) = {pack_two<T>(v.x, v.y), pack_two<T>(v.z, v.w)};
  }
}

/** Rows of a multiple of 4 values up to kKept that begin at 16 bytes. */
template <typename T, int kLanes>
__global__ void __launch_bounds__(kThreads)
    layer_norm_kernel(const float* x, int64_t x_stride, int64_t n_rows, int32_t n, const float* weight,
                      const float* bias, T* y, int64_t y_stride) {
  constexpr int kEach = kKept / (4 * kLanes);
  __shared__ float part[kThreads / 32];
  allow_next();
  wait_for_inputs();
  const int64_t row = static_cast<int64_t>(blockIdx.x) * (kThreads / kLanes) + threadIdx.x / kLanes;
  if (row >= n_rows) return;
  const int lane = threadIdx.x % kLanes, n_pieces = n / 4;
  const float4* from = reinterpret_cast<const float4*>(x + row * x_stride);
  float4 kept[kEach];
  // Piece lane + kLanes i belongs to the place of its number modulo 128.
  constexpr int kPlaces = kThreads / kLanes;
  float sum[kPlaces] = {}, squares[kPlaces] = {};
#pragma unroll
  for (int i = 0; i < kEach; ++i) {
    kept[i] = lane + kLanes * i < n_pieces ? from[lane + kLanes * i] : float4{};
    sum[i % kPlaces] += (kept[i].x + kept[i].y) + (kept[i].z + kept[i].w);
  }
  const float mean = sum_of_row<kLanes>(sum, part) / static_cast<float>(n);
#pragma unroll
  for (int i = 0; i < kEach; ++i) {
    if (lane + kLanes * i >= n_pieces) continue;
    kept[i] = {kept[i].x - mean, kept[i].y - mean, kept[i].z - mean, kept[i].w - mean};
    squares[i % kPlaces] +=
        (kept[i].x * kept[i].x + kept[i].y * kept[i].y) + (kept[i].z * kept[i].z + kept[i].w * kept[i].w);
  }
  const float scale = rsqrtf(sum_of_row<kLanes>(squares, part) / static_cast<float>(n) + 1e-5f);
#pragma unroll
  for (int i = 0; i < kEach; ++i) {
    const int at = lane + kLanes * i;
    if (at >= n_pieces) continue;
    const float4 w = reinterpret_cast<const float4*>(weight)[at], b = reinterpret_cast<const float4*>(bias)[at];
    write_4(y + row * y_stride + 4 * at, {fmaf(kept[i].x * scale, w.x, b.x), fmaf(kept[i].y * scale, w.y, b.y),
                                          fmaf(kept[i].z * scale, w.z, b.z), fmaf(kept[i].w * scale, w.w, b.w)});
  }
}

/** Rows of any length and alignment: a block a row, read three times. */
template <typename T>
__global__ void __launch_bounds__(kThreads)
    layer_norm_plain_kernel(const float* x, int64_t x_stride, int32_t n, const float* weight, const float* bias, T* y,
                            int64_t y_stride) {
  __shared__ float part[kThreads / 32];
  const float* from = x + blockIdx.x * x_stride;
  T* const to = y + blockIdx.x * y_stride;
  float sum[1] = {}, squares[1] = {};
  for (int i = threadIdx.x; i < n; i += kThreads) sum[0] += from[i];
  const float mean = sum_of_row<kThreads>(sum, part) / static_cast<float>(n);
  for (int i = threadIdx.x; i < n; i += kThreads) squares[0] += (from[i] - mean) * (from[i] - mean);
  const float scale = rsqrtf(sum_of_row<kThreads>(squares, part) / static_cast<float>(n) + 1e-5f);
  for (int i = threadIdx.x; i < n; i += kThreads) to[i] = from_float<T>((from[i] - mean) * scale * weight[i] + bias[i]);
}

}  // namespace

void layer_norm(cudaStream_t stream, const Tensor& x, const float* weight, const float* bias, const Tensor& y) {
  const auto n = static_cast<int32_t>(x.cols);
  const auto aligned = [](const void* p) { return reinterpret_cast<uintptr_t>(p) % 16 == 0; };
  const bool wide = n % 4 == 0 && n <= kKept && begins_at_16(x) && begins_at_16(y) && aligned(weight) && aligned(bias);
  const auto* from = static_cast<const float*>(x.data);
  with_type(y.type, [&](auto element) {
    using T = decltype(element);
    auto* to = static_cast<T*>(y.data);
    const auto rows = static_cast<unsigned>(x.rows);
    if (!wide) {
      layer_norm_plain_kernel<T><<<rows, kThreads, 0, stream>>>(from, x.stride, n, weight, bias, to, y.stride);
    } else if (x.rows >= kManyRows) {
      constexpr unsigned kRowsOfBlock = kThreads / 32;
      layer_norm_kernel<T, 32><<<(rows + kRowsOfBlock - 1) / kRowsOfBlock, kThreads, 0, stream>>>(
          from, x.stride, x.rows, n, weight, bias, to, y.stride);
    } else {
      launch_early(stream, dim3(rows), kThreads, 0, layer_norm_kernel<T, kThreads>, from, x.stride, x.rows, n, weight,
                   bias, to, y.stride);
    }
  });
}

}  // namespace fw::cuda

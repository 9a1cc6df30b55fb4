// Floor: a row read once in f32 and written once. 12,000 rows of 1,280 in f16: 92 MB, 23 us at 4 TB/s. Few rows are
// bound by the way to memory and back: a block a row, so that a lane waits for a few values only.
#include "device/cuda/elements.cuh"
#include "device/cuda/kernels.h"
#include "device/cuda/launch.cuh"
#include "device/cuda/row_norm.cuh"

namespace fw::cuda {
namespace {

constexpr int kThreads = norm_places;
/** From so many rows on, a warp takes a row: all multiprocessors are busy then. */
constexpr int64_t kManyRows = 2048;

/** Rows of a multiple of 4 values up to norm_values that begin at 16 bytes. */
template <typename T, int kLanes>
__global__ void __launch_bounds__(kThreads)
    layer_norm_kernel(const float* x, int64_t x_stride, int64_t n_rows, int32_t n, const float* weight,
                      const float* bias, T* y, int64_t y_stride) {
  __shared__ float part[2][kThreads / 32];
  allow_next();
  wait_for_inputs();
  const int64_t row = static_cast<int64_t>(blockIdx.x) * (kThreads / kLanes) + threadIdx.x / kLanes;
  if (row >= n_rows) return;
  const int lane = threadIdx.x % kLanes;
  RowOfLanes<kLanes> values;
  values.load(x + row * x_stride, lane, n);
  const float scale = values.center(lane, n, part);
#pragma unroll
  for (int i = 0; i < RowOfLanes<kLanes>::pieces; ++i) {
    const int at = lane + kLanes * i;
    if (at >= n / 4) continue;
    write_4(y + row * y_stride + 4 * at, normed(values.piece[i], scale, reinterpret_cast<const float4*>(weight)[at],
                                                reinterpret_cast<const float4*>(bias)[at]));
  }
}

/** Rows of any length and alignment: a block a row, read three times. */
template <typename T>
__global__ void __launch_bounds__(kThreads)
    layer_norm_plain_kernel(const float* x, int64_t x_stride, int32_t n, const float* weight, const float* bias, T* y,
                            int64_t y_stride) {
  __shared__ float part[2][kThreads / 32];
  const float* from = x + blockIdx.x * x_stride;
  T* const to = y + blockIdx.x * y_stride;
  float sum[1] = {}, squares[1] = {};
  for (int i = threadIdx.x; i < n; i += kThreads) sum[0] += from[i];
  const float mean = sum_of_row<kThreads>(sum, part[0]) / static_cast<float>(n);
  for (int i = threadIdx.x; i < n; i += kThreads) squares[0] += (from[i] - mean) * (from[i] - mean);
  const float scale = rsqrtf(sum_of_row<kThreads>(squares, part[1]) / static_cast<float>(n) + 1e-5f);
  for (int i = threadIdx.x; i < n; i += kThreads) to[i] = from_float<T>((from[i] - mean) * scale * weight[i] + bias[i]);
}

}  // namespace

void layer_norm(cudaStream_t stream, const Tensor& x, const float* weight, const float* bias, const Tensor& y) {
  const auto n = static_cast<int32_t>(x.cols);
  const auto aligned = [](const void* p) { return reinterpret_cast<uintptr_t>(p) % 16 == 0; };
  const bool wide =
      n % 4 == 0 && n <= norm_values && begins_at_16(x) && begins_at_16(y) && aligned(weight) && aligned(bias);
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

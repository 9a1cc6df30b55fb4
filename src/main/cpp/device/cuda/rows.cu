// Small ops on rows: bound by reading and writing them once.
#include "device/cuda/elements.cuh"
#include "device/cuda/kernels.h"
#include "device/cuda/launch.cuh"

namespace fw::cuda {
namespace {

constexpr int kThreads = 256;

__global__ void add_rows_kernel(const float* residual, int64_t residual_stride, int64_t n, float* y, int64_t y_stride) {
  const int64_t row = blockIdx.x;
  for (int64_t i = threadIdx.x; i < n; i += kThreads) y[row * y_stride + i] += residual[row * residual_stride + i];
}

__global__ void gather_kernel(const uint4* from, int64_t stride, int64_t n, uint4* to) {
  const int64_t row = blockIdx.x;
  for (int64_t i = threadIdx.x; i < n; i += kThreads) to[row * n + i] = from[row * stride + i];
}

template <typename T>
__global__ void convert_kernel(const float* from, int64_t n, T* to) {
  const int64_t first = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  for (int64_t i = first; i < n; i += static_cast<int64_t>(gridDim.x) * kThreads) to[i] = from_float<T>(from[i]);
}

template <typename T>
__global__ void embed_kernel(const T* table, int64_t table_stride, const float* positions, int64_t positions_stride,
                             const int32_t* tokens, const int32_t* chosen, const int32_t* places, int64_t n, float* y,
                             int64_t y_stride) {
  allow_next();
  wait_for_inputs();
  const int64_t row = blockIdx.x;
  const int32_t given = tokens[row];
  const T* token = table + (given < 0 ? chosen[-1 - given] : given) * table_stride;
  const float* position = positions + places[row] * positions_stride;
  for (int64_t i = threadIdx.x; i < n; i += kThreads) y[row * y_stride + i] = to_float(token[i]) + position[i];
}

}  // namespace

void add_rows(cudaStream_t stream, const Tensor& residual, const Tensor& y) {
  add_rows_kernel<<<static_cast<unsigned>(y.rows), kThreads, 0, stream>>>(
      static_cast<const float*>(residual.data), residual.stride, y.cols, static_cast<float*>(y.data), y.stride);
}

void gather_rows(cudaStream_t stream, const Tensor& rows, void* to) {
  const auto pieces = static_cast<int64_t>(16 / size_of(rows.type));
  gather_kernel<<<static_cast<unsigned>(rows.rows), kThreads, 0, stream>>>(
      static_cast<const uint4*>(rows.data), rows.stride / pieces, rows.cols / pieces, static_cast<uint4*>(to));
}

void convert(cudaStream_t stream, const float* from, int64_t n, DataType type, void* to) {
  with_type(type, [&](auto element) {
    using T = decltype(element);
    convert_kernel<T><<<1024, kThreads, 0, stream>>>(from, n, static_cast<T*>(to));
  });
}

void embed(cudaStream_t stream, DataType type, const void* table, int64_t table_stride, const Tensor& positions,
           const int32_t* tokens, const int32_t* chosen, const int32_t* places, const Tensor& y) {
  with_type(type, [&](auto element) {
    using T = decltype(element);
    launch_early(stream, dim3(static_cast<unsigned>(y.rows)), kThreads, 0, embed_kernel<T>,
                 static_cast<const T*>(table), table_stride, static_cast<const float*>(positions.data),
                 positions.stride, tokens, chosen, places, y.cols, static_cast<float*>(y.data), y.stride);
  });
}

}  // namespace fw::cuda

// Products of few rows: the steps of the decoder. Floor: the weight once from memory; large-v3's decoder has 1.7 GB of
// them in f16, 0.43 ms a step at 4 TB/s, and the 132 multiprocessors have to keep 40 KB each under way for that.
//
// A block takes 16 outputs; its warps take turns at slices of 32 inputs, so that all loads of a weight's rows are 16
// bytes a lane and are under way at once, and add up in a fixed order at the end. Which lane multiplies what does not
// depend on the number of rows: a row gives the same bits alone and among others.
#include "device/cuda/elements.cuh"
#include "device/cuda/kernels.h"
#include "device/cuda/launch.cuh"

namespace fw::cuda {
namespace {

constexpr int kWarps = 8;
constexpr int kOutputs = 16;
constexpr int kSlice = 32;
/** Rows of x in one product of the tensor cores. */
constexpr int kRows = 8;

template <typename T, typename Y, int kTiles, int kAhead>
__global__ void __launch_bounds__(kWarps * 32)
    linear_few_kernel(LinearShape s, const T* x, const T* w, const Y* bias, const float* residual, Y* y) {
  __shared__ float sums[kWarps][kTiles * kRows][kOutputs + 1];
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
  const int64_t out0 = static_cast<int64_t>(blockIdx.x) * kOutputs;
  const int64_t row0 = static_cast<int64_t>(blockIdx.y) * (kTiles * kRows);
  const T* w_low = w + (out0 + g < s.n_out ? out0 + g : s.n_out - 1) * s.w_stride + 8 * t;
  const T* w_high = w + (out0 + g + 8 < s.n_out ? out0 + g + 8 : s.n_out - 1) * s.w_stride + 8 * t;
  const T* rows[kTiles];
#pragma unroll
  for (int i = 0; i < kTiles; ++i) {
    const int64_t row = row0 + i * kRows + g;
    rows[i] = x + (row < s.n_rows ? row : s.n_rows - 1) * s.x_stride + 8 * t;
  }
  float c[kTiles][4] = {};
  const int n_slices = static_cast<int>((s.n_in + kSlice - 1) / kSlice);
  // n_in is a multiple of 8: a lane's 8 inputs are all there or none.
  const auto slice = [&](int first, int j) { return static_cast<int64_t>(first + j * kWarps) * kSlice; };
  uint4 low[kAhead], high[kAhead];
  const auto load_weights = [&](int first) {
#pragma unroll
    for (int j = 0; j < kAhead; ++j) {
      const int64_t k = slice(first, j);
      const bool there = k + 8 * t < s.n_in;
      low[j] = there ? __ldcs(reinterpret_cast<const uint4*>(w_low + k)) : uint4{};
      high[j] = there ? __ldcs(reinterpret_cast<const uint4*>(w_high + k)) : uint4{};
    }
  };
  allow_next();
  load_weights(warp);
  wait_for_inputs();
  for (int first = warp; first < n_slices; first += kWarps * kAhead) {
    if (first != warp) load_weights(first);
#pragma unroll
    for (int j = 0; j < kAhead; ++j) {
      const int64_t k = slice(first, j);
      const bool there = k + 8 * t < s.n_in;
#pragma unroll
      for (int i = 0; i < kTiles; ++i) {
        const uint4 v = there ? *reinterpret_cast<const uint4*>(rows[i] + k) : uint4{};
        multiply_add<T>(c[i], low[j].x, high[j].x, low[j].y, high[j].y, v.x, v.y);
        multiply_add<T>(c[i], low[j].z, high[j].z, low[j].w, high[j].w, v.z, v.w);
      }
    }
  }
#pragma unroll
  for (int i = 0; i < kTiles; ++i) {
    sums[warp][i * kRows + 2 * t][g] = c[i][0];
    sums[warp][i * kRows + 2 * t + 1][g] = c[i][1];
    sums[warp][i * kRows + 2 * t][g + 8] = c[i][2];
    sums[warp][i * kRows + 2 * t + 1][g + 8] = c[i][3];
  }
  __syncthreads();
  for (int i = threadIdx.x; i < kTiles * kRows * kOutputs; i += kWarps * 32) {
    const int64_t row = row0 + i / kOutputs, out = out0 + i % kOutputs;
    if (row >= s.n_rows || out >= s.n_out) continue;
    float sum = bias != nullptr ? to_float(bias[out]) : 0.0f;
#pragma unroll
    for (int j = 0; j < kWarps; ++j) sum += sums[j][i / kOutputs][i % kOutputs];
    if (s.gelu) sum = gelu(sum);
    if (residual != nullptr) sum += residual[row * s.residual_stride + out];
    y[row * s.y_stride + out] = from_float<Y>(sum);
  }
}

template <typename T, typename Y>
void launch(cudaStream_t stream, const LinearShape& s, const T* x, const T* w, const Y* bias, const float* residual,
            Y* y) {
  const auto blocks = [&](int tiles) {
    return dim3(static_cast<unsigned>((s.n_out + kOutputs - 1) / kOutputs),
                static_cast<unsigned>((s.n_rows + tiles * kRows - 1) / (tiles * kRows)));
  };
  if (s.n_rows <= 8) {
    launch_early(stream, blocks(1), kWarps * 32, 0, linear_few_kernel<T, Y, 1, 5>, s, x, w, bias, residual, y);
  } else if (s.n_rows <= 16) {
    launch_early(stream, blocks(2), kWarps * 32, 0, linear_few_kernel<T, Y, 2, 5>, s, x, w, bias, residual, y);
  } else if (s.n_rows <= 32) {
    launch_early(stream, blocks(4), kWarps * 32, 0, linear_few_kernel<T, Y, 4, 4>, s, x, w, bias, residual, y);
  } else {
    launch_early(stream, blocks(8), kWarps * 32, 0, linear_few_kernel<T, Y, 8, 2>, s, x, w, bias, residual, y);
  }
}

template <typename T>
void launch_type(cudaStream_t stream, const LinearShape& s, const void* x, const void* w, const void* bias,
                 const float* residual, DataType y_type, void* y) {
  if (y_type == DataType::f32) {
    launch<T, float>(stream, s, static_cast<const T*>(x), static_cast<const T*>(w), static_cast<const float*>(bias),
                     residual, static_cast<float*>(y));
  } else {
    launch<T, T>(stream, s, static_cast<const T*>(x), static_cast<const T*>(w), static_cast<const T*>(bias), residual,
                 static_cast<T*>(y));
  }
}

}  // namespace

void linear_few(cudaStream_t stream, const LinearShape& shape, DataType type, const void* x, const void* w,
                const void* bias, const float* residual, DataType y_type, void* y) {
  if (type == DataType::f16) {
    launch_type<half>(stream, shape, x, w, bias, residual, y_type, y);
  } else {
    launch_type<bf16>(stream, shape, x, w, bias, residual, y_type, y);
  }
}

}  // namespace fw::cuda

// The product that takes any size, stride and type: f32 for checks, and what the tensor cores cannot load (rows that do
// not begin at 16 bytes). Floor: 2 m n k operations at 60 TFLOP/s of f32.
#include "device/cuda/elements.cuh"
#include "device/cuda/kernels.h"

namespace fw::cuda {
namespace {

constexpr int kTile = 64;
constexpr int kDepth = 16;
constexpr int kSide = 16;
constexpr int kEach = kTile / kSide;

template <typename T, typename Y>
__global__ void __launch_bounds__(kSide* kSide)
    linear_plain_kernel(LinearShape s, const T* x, const T* w, const Y* bias, const float* residual, Y* y) {
  __shared__ float xs[kDepth][kTile + 1];
  __shared__ float ws[kDepth][kTile + 1];
  const int64_t row0 = static_cast<int64_t>(blockIdx.y) * kTile, out0 = static_cast<int64_t>(blockIdx.x) * kTile;
  const int tx = threadIdx.x % kSide, ty = threadIdx.x / kSide;
  float sums[kEach][kEach] = {};
  for (int64_t k0 = 0; k0 < s.n_in; k0 += kDepth) {
    for (int i = threadIdx.x; i < kTile * kDepth; i += kSide * kSide) {
      const int64_t k = k0 + i % kDepth;
      const int line = i / kDepth;
      xs[i % kDepth][line] = row0 + line < s.n_rows && k < s.n_in ? to_float(x[(row0 + line) * s.x_stride + k]) : 0.0f;
      ws[i % kDepth][line] = out0 + line < s.n_out && k < s.n_in ? to_float(w[(out0 + line) * s.w_stride + k]) : 0.0f;
    }
    __syncthreads();
#pragma unroll
    for (int k = 0; k < kDepth; ++k) {
      float a[kEach], b[kEach];
#pragma unroll
      for (int i = 0; i < kEach; ++i) {
        a[i] = xs[k][ty + kSide * i];
        b[i] = ws[k][tx + kSide * i];
      }
#pragma unroll
      for (int i = 0; i < kEach; ++i) {
#pragma unroll
        for (int j = 0; j < kEach; ++j) sums[i][j] = fmaf(a[i], b[j], sums[i][j]);
      }
    }
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < kEach; ++i) {
    const int64_t row = row0 + ty + kSide * i;
#pragma unroll
    for (int j = 0; j < kEach; ++j) {
      const int64_t out = out0 + tx + kSide * j;
      if (row >= s.n_rows || out >= s.n_out) continue;
      float sum = sums[i][j] + (bias != nullptr ? to_float(bias[out]) : 0.0f);
      if (s.gelu) sum = gelu(sum);
      if (residual != nullptr) sum += residual[row * s.residual_stride + out];
      y[row * s.y_stride + out] = from_float<Y>(sum);
    }
  }
}

}  // namespace

void linear_plain(cudaStream_t stream, const LinearShape& shape, DataType type, const void* x, const void* w,
                  const void* bias, const float* residual, DataType y_type, void* y) {
  const dim3 grid(static_cast<unsigned>((shape.n_out + kTile - 1) / kTile),
                  static_cast<unsigned>((shape.n_rows + kTile - 1) / kTile));
  with_type(type, [&](auto element) {
    using T = decltype(element);
    const auto launch = [&](auto result) {
      using Y = decltype(result);
      linear_plain_kernel<T, Y>
          <<<grid, kSide * kSide, 0, stream>>>(shape, static_cast<const T*>(x), static_cast<const T*>(w),
                                               static_cast<const Y*>(bias), residual, static_cast<Y*>(y));
    };
    y_type == DataType::f32 ? launch(float{}) : launch(T{});
  });
}

}  // namespace fw::cuda

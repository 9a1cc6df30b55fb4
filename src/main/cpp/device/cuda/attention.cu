// Full self-attention of the encoder, fused: scores never leave the multiprocessor (Dao 2023, FlashAttention-2).
// Floor for large-v3, one window: 4 x 1500^2 x 64 x 20 heads x 32 layers = 0.37 Tflop, 0.5 ms at the tensor cores' 777
// Tflop/s, and 1500^2 x 640 powers of two, 0.4 ms at 16 a clock and multiprocessor; both units work side by side.
//
// A block takes 128 queries of one head, a warp 32 of them; keys and values come in tiles of 64 through three stages
// of shared memory. Rows of 128 bytes are swizzled by 16-byte pieces (piece ^ row % 8), so that eight rows of a piece
// lie in different banks.
#include <cmath>

#include "device/cuda/async_copy.cuh"
#include "device/cuda/elements.cuh"
#include "device/cuda/kernels.h"

namespace fw::cuda {
namespace {

constexpr int kQueries = 128;
constexpr int kWarps = 4;
/** Tiles of keys and values in shared memory: one in work, one that has arrived, one on its way. */
constexpr int kStages = 3;
constexpr int kKeys = 64;

__device__ inline void load_4(uint32_t (&r)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(shared_address(row)));
}
__device__ inline void load_4_transposed(uint32_t (&r)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(shared_address(row)));
}

/** A tile of rows of kDim elements in shared memory. */
template <typename T, int kDim>
struct Tile {
  static constexpr int pieces = kDim / 8;
  static constexpr int mask = pieces - 1;

  __device__ static int place(int row, int piece) { return (row * pieces + (piece ^ (row & mask))) * 8; }

  /** Rows from `first` on, zeros behind n_rows. */
  template <int kRows>
  __device__ static void load(T* to, const T* from, int64_t stride, int first, int n_rows) {
    for (int i = threadIdx.x; i < kRows * pieces; i += kWarps * 32) {
      const int row = i / pieces, piece = i % pieces;
      const bool there = first + row < n_rows;
      copy_16(to + place(row, piece), from + (there ? first + row : 0) * stride + piece * 8, there);
    }
  }
};

template <typename T, int kDim>
__global__ void __launch_bounds__(kWarps * 32, 2)
    attention_kernel(const T* qkv, int64_t stride, int32_t n, int32_t state, float scale, T* y, int64_t y_stride) {
  using Rows = Tile<T, kDim>;
  constexpr int kTiles = kQueries / (16 * kWarps);
  constexpr int kSteps = kDim / 16;
  constexpr int kOut = kDim / 8;
  extern __shared__ __align__(128) unsigned char shared[];
  T* const queries = reinterpret_cast<T*>(shared);
  T* const keys = queries + kQueries * kDim;
  T* const values = keys + kStages * kKeys * kDim;

  const int64_t window_row = static_cast<int64_t>(blockIdx.z) * n;
  const int head = blockIdx.y, query0 = blockIdx.x * kQueries;
  const T* q = qkv + window_row * stride + head * kDim;
  const T* k = q + state;
  const T* v = k + state;
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
  const int n_tiles = (n + kKeys - 1) / kKeys;

  Rows::template load<kQueries>(queries, q, stride, query0, n);
  const auto load_tile = [&](int tile) {
    Rows::template load<kKeys>(keys + (tile % kStages) * kKeys * kDim, k, stride, tile * kKeys, n);
    Rows::template load<kKeys>(values + (tile % kStages) * kKeys * kDim, v, stride, tile * kKeys, n);
  };
  load_tile(0);
  close_stage();
  if (n_tiles > 1) load_tile(1);
  close_stage();

  uint32_t a[kTiles][kSteps][4];
  float o[kTiles][kOut][4] = {};
  float largest[kTiles][2], total[kTiles][2];
#pragma unroll
  for (int m = 0; m < kTiles; ++m) {
    largest[m][0] = largest[m][1] = -INFINITY;
    total[m][0] = total[m][1] = 0.0f;
  }
  for (int tile = 0; tile < n_tiles; ++tile) {
    T* const key_tile = keys + (tile % kStages) * kKeys * kDim;
    T* const value_tile = values + (tile % kStages) * kKeys * kDim;
    wait_stages<1>();
    // All warps are through with the tile before, whose place the one after the next takes.
    __syncthreads();
    if (tile + 2 < n_tiles) load_tile(tile + 2);
    close_stage();
    if (tile == 0) {
#pragma unroll
      for (int m = 0; m < kTiles; ++m) {
#pragma unroll
        for (int s = 0; s < kSteps; ++s) {
          load_4(a[m][s], queries + Rows::place((warp * kTiles + m) * 16 + lane % 16, 2 * s + lane / 16));
        }
      }
    }
    float c[kTiles][kKeys / 8][4] = {};
#pragma unroll
    for (int s = 0; s < kSteps; ++s) {
#pragma unroll
      for (int j = 0; j < kKeys / 16; ++j) {
        uint32_t b[4];
        load_4(b, key_tile + Rows::place(j * 16 + lane % 8 + (lane / 16) * 8, 2 * s + (lane / 8) % 2));
#pragma unroll
        for (int m = 0; m < kTiles; ++m) {
          multiply_add<T>(c[m][2 * j], a[m][s][0], a[m][s][1], a[m][s][2], a[m][s][3], b[0], b[1]);
          multiply_add<T>(c[m][2 * j + 1], a[m][s][0], a[m][s][1], a[m][s][2], a[m][s][3], b[2], b[3]);
        }
      }
    }
    if ((tile + 1) * kKeys > n) {
#pragma unroll
      for (int j = 0; j < kKeys / 8; ++j) {
#pragma unroll
        for (int e = 0; e < 4; ++e) {
          if (tile * kKeys + j * 8 + 2 * t + e % 2 < n) continue;
#pragma unroll
          for (int m = 0; m < kTiles; ++m) c[m][j][e] = -INFINITY;
        }
      }
    }
#pragma unroll
    for (int m = 0; m < kTiles; ++m) {
#pragma unroll
      for (int h = 0; h < 2; ++h) {
        float high = largest[m][h];
#pragma unroll
        for (int j = 0; j < kKeys / 8; ++j) high = fmaxf(high, fmaxf(c[m][j][2 * h], c[m][j][2 * h + 1]));
        high = fmaxf(high, __shfl_xor_sync(0xffffffffu, high, 1));
        high = fmaxf(high, __shfl_xor_sync(0xffffffffu, high, 2));
        const float shrink = exp2_fast((largest[m][h] - high) * scale);
        largest[m][h] = high;
        const float offset = high * scale;
        float sum = 0.0f;
#pragma unroll
        for (int j = 0; j < kKeys / 8; ++j) {
          c[m][j][2 * h] = exp2_fast(fmaf(c[m][j][2 * h], scale, -offset));
          c[m][j][2 * h + 1] = exp2_fast(fmaf(c[m][j][2 * h + 1], scale, -offset));
          sum += c[m][j][2 * h] + c[m][j][2 * h + 1];
        }
        total[m][h] = total[m][h] * shrink + sum;
#pragma unroll
        for (int d = 0; d < kOut; ++d) {
          o[m][d][2 * h] *= shrink;
          o[m][d][2 * h + 1] *= shrink;
        }
      }
    }
#pragma unroll
    for (int s = 0; s < kKeys / 16; ++s) {
      uint32_t p[kTiles][4];
#pragma unroll
      for (int m = 0; m < kTiles; ++m) {
        p[m][0] = pack_two<T>(c[m][2 * s][0], c[m][2 * s][1]);
        p[m][1] = pack_two<T>(c[m][2 * s][2], c[m][2 * s][3]);
        p[m][2] = pack_two<T>(c[m][2 * s + 1][0], c[m][2 * s + 1][1]);
        p[m][3] = pack_two<T>(c[m][2 * s + 1][2], c[m][2 * s + 1][3]);
      }
#pragma unroll
      for (int d = 0; d < kDim / 16; ++d) {
        uint32_t b[4];
        load_4_transposed(b, value_tile + Rows::place(s * 16 + lane % 16, 2 * d + lane / 16));
#pragma unroll
        for (int m = 0; m < kTiles; ++m) {
          multiply_add<T>(o[m][2 * d], p[m][0], p[m][1], p[m][2], p[m][3], b[0], b[1]);
          multiply_add<T>(o[m][2 * d + 1], p[m][0], p[m][1], p[m][2], p[m][3], b[2], b[3]);
        }
      }
    }
  }
#pragma unroll
  for (int m = 0; m < kTiles; ++m) {
#pragma unroll
    for (int h = 0; h < 2; ++h) {
      float sum = total[m][h];
      sum += __shfl_xor_sync(0xffffffffu, sum, 1);
      sum += __shfl_xor_sync(0xffffffffu, sum, 2);
      const int query = query0 + (warp * kTiles + m) * 16 + h * 8 + g;
      if (query >= n) continue;
      T* const to = y + (window_row + query) * y_stride + head * kDim + 2 * t;
#pragma unroll
      for (int d = 0; d < kOut; ++d) {
        *reinterpret_cast<uint32_t*>(to + 8 * d) = pack_two<T>(o[m][d][2 * h] / sum, o[m][d][2 * h + 1] / sum);
      }
    }
  }
}

/** For checks and for rows that do not begin at 16 bytes: a block a query and head, all scores in shared memory. */
template <typename T>
__global__ void attention_plain_kernel(const T* qkv, int64_t stride, int32_t n, int32_t state, int32_t dim, float scale,
                                       T* y, int64_t y_stride) {
  extern __shared__ float scores[];
  __shared__ float part[32];
  const int64_t window_row = static_cast<int64_t>(blockIdx.z) * n;
  const int64_t query = window_row + blockIdx.x;
  const T* q = qkv + query * stride + blockIdx.y * dim;
  const T* k = qkv + window_row * stride + state + blockIdx.y * dim;
  const T* v = k + state;
  const int n_warps = blockDim.x / 32;
  float high = -INFINITY;
  for (int key = threadIdx.x; key < n; key += blockDim.x) {
    float score = 0.0f;
    for (int d = 0; d < dim; ++d) score = fmaf(to_float(q[d]), to_float(k[key * stride + d]), score);
    scores[key] = score * scale;
    high = fmaxf(high, scores[key]);
  }
  high = warp_max(high);
  if (threadIdx.x % 32 == 0) part[threadIdx.x / 32] = high;
  __syncthreads();
  for (int i = 0; i < n_warps; ++i) high = fmaxf(high, part[i]);
  __syncthreads();
  float sum = 0.0f;
  for (int key = threadIdx.x; key < n; key += blockDim.x) {
    scores[key] = exp2f(scores[key] - high);
    sum += scores[key];
  }
  sum = warp_sum(sum);
  if (threadIdx.x % 32 == 0) part[threadIdx.x / 32] = sum;
  __syncthreads();
  sum = 0.0f;
  for (int i = 0; i < n_warps; ++i) sum += part[i];
  for (int d = threadIdx.x; d < dim; d += blockDim.x) {
    float value = 0.0f;
    for (int key = 0; key < n; ++key) value = fmaf(scores[key], to_float(v[key * stride + d]), value);
    y[query * y_stride + blockIdx.y * dim + d] = from_float<T>(value / sum);
  }
}

template <typename T, int kDim>
void launch(cudaStream_t stream, const Tensor& qkv, int32_t n, int32_t n_heads, unsigned n_windows, float scale,
            const Tensor& y) {
  constexpr int bytes = (kQueries + 2 * kStages * kKeys) * kDim * static_cast<int>(sizeof(T));
  cudaFuncSetAttribute(attention_kernel<T, kDim>, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
  const dim3 grid(static_cast<unsigned>((n + kQueries - 1) / kQueries), static_cast<unsigned>(n_heads), n_windows);
  attention_kernel<T, kDim><<<grid, kWarps * 32, bytes, stream>>>(static_cast<const T*>(qkv.data), qkv.stride, n,
                                                                  static_cast<int32_t>(y.cols), scale,
                                                                  static_cast<T*>(y.data), y.stride);
}

}  // namespace

void attention(cudaStream_t stream, const Tensor& qkv, int32_t n_windows, int32_t n_heads, const Tensor& y) {
  if (attention_hopper(stream, qkv, n_windows, n_heads, y)) return;
  const auto n = static_cast<int32_t>(qkv.rows / n_windows);
  const auto dim = static_cast<int32_t>(y.cols / n_heads);
  const float scale = log2_e / std::sqrt(static_cast<float>(dim));
  const auto windows = static_cast<unsigned>(n_windows);
  with_type(qkv.type, [&](auto element) {
    using T = decltype(element);
    if constexpr (sizeof(T) == 2) {
      if (begins_at_16(qkv) && y.stride % 2 == 0 && dim == 64)
        return launch<T, 64>(stream, qkv, n, n_heads, windows, scale, y);
      if (begins_at_16(qkv) && y.stride % 2 == 0 && dim == 32)
        return launch<T, 32>(stream, qkv, n, n_heads, windows, scale, y);
    }
    const dim3 grid(static_cast<unsigned>(n), static_cast<unsigned>(n_heads), windows);
    attention_plain_kernel<T><<<grid, 128, static_cast<unsigned>(n) * sizeof(float), stream>>>(
        static_cast<const T*>(qkv.data), qkv.stride, n, static_cast<int32_t>(y.cols), dim, scale,
        static_cast<T*>(y.data), y.stride);
  });
}

}  // namespace fw::cuda

// Attention of a step's rows over cached keys and values. Floor: the keys and values of a slot once from memory for all
// its rows; large-v3's audio is 246 MB a window in f16, 7.9 ms a step of 128 windows at 4 TB/s. The tensor cores do the
// arithmetic with one to sixteen of their sixteen rows in use, 0.5 Tflop a step of 128: under a tenth of that time.
//
// A block takes one group of rows and one head; its warps take turns at blocks of 64 places and are joined at the end
// in a fixed order. All loads are 16 bytes a lane: a lane holds eight dimensions of a key, or eight places of one
// dimension of the values, and both products number their inner index in the order in which they lie in the lanes,
// which is as good as any other. A row's result depends on its slot and length alone.
#include <cmath>
#include <type_traits>

#include "device/cuda/cache_layout.cuh"
#include "device/cuda/elements.cuh"
#include "device/cuda/kernels.h"
#include "device/cuda/launch.cuh"

namespace fw::cuda {
namespace {

/** Warps of a block; of a lane of a few rows, whose blocks would leave multiprocessors idle, 12. */
constexpr int kWarps = 4;
constexpr int kHalf = 32;
/** Places of a cache of text, of which most are empty. */
constexpr int kShortPlaces = 512;

/** Queries of a group as the first operand: lane 4 g + t holds of rows g and g + 8 the dimensions that it loads. */
template <typename T, int kDim>
struct Queries {
  uint32_t a[kDim / 16][4];

  __device__ Queries(const T* query, int64_t stride, int n_rows, int g, int t) {
#pragma unroll
    for (int i = 0; i < kDim / 32; ++i) {
      const uint4 low = g < n_rows ? *reinterpret_cast<const uint4*>(query + g * stride + 32 * i + 8 * t) : uint4{};
      const uint4 high =
          g + 8 < n_rows ? *reinterpret_cast<const uint4*>(query + (g + 8) * stride + 32 * i + 8 * t) : uint4{};
      a[2 * i][0] = low.x, a[2 * i][1] = high.x, a[2 * i][2] = low.y, a[2 * i][3] = high.y;
      a[2 * i + 1][0] = low.z, a[2 * i + 1][1] = high.z, a[2 * i + 1][2] = low.w, a[2 * i + 1][3] = high.w;
    }
  }
};

/** Of 32 places the keys, as lanes hold them: tile i of 8 places is 8 (n / 2) + 2 i + n % 2 for column n. */
template <typename T, int kDim>
struct Keys {
  uint4 piece[4][kDim / 32];

  __device__ void load(const T* keys, int first, int g, int t) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const T* key = keys + static_cast<int64_t>(first + 8 * (g / 2) + 2 * i + g % 2) * kDim + 8 * t;
#pragma unroll
      for (int j = 0; j < kDim / 32; ++j) piece[i][j] = __ldcs(reinterpret_cast<const uint4*>(key + 32 * j));
    }
  }

  /** Scores of a lane: rows g (0, 1) and g + 8 (2, 3), places 8 t + 2 i and the next. */
  __device__ void score(const Queries<T, kDim>& q, float (&c)[4][4]) const {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      c[i][0] = c[i][1] = c[i][2] = c[i][3] = 0.0f;
#pragma unroll
      for (int j = 0; j < kDim / 32; ++j) {
        multiply_add<T>(c[i], q.a[2 * j][0], q.a[2 * j][1], q.a[2 * j][2], q.a[2 * j][3], piece[i][j].x, piece[i][j].y);
        multiply_add<T>(c[i], q.a[2 * j + 1][0], q.a[2 * j + 1][1], q.a[2 * j + 1][2], q.a[2 * j + 1][3], piece[i][j].z,
                        piece[i][j].w);
      }
    }
  }
};

template <typename T, int kDim, int kWarps>
__global__ void __launch_bounds__(kWarps * 32)
    cached_attention_kernel(CacheView cache, int32_t layer, const T* query, int64_t q_stride, const RowGroup* groups,
                            const CacheReach* reach, float scale, T* y, int64_t y_stride) {
  constexpr int kOut = kDim / 8;
  extern __shared__ float shared[];
  float(*const joined)[rows_of_group][kDim + 1] = reinterpret_cast<float(*)[rows_of_group][kDim + 1]>(shared);
  __shared__ float largest_of[kWarps][rows_of_group];
  __shared__ float total_of[kWarps][rows_of_group];
  allow_next();
  wait_for_inputs();
  const RowGroup group = groups[blockIdx.x];
  if (group.n_rows == 0) return;
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t = lane % 4, head = blockIdx.y;
  const CacheHead<const T> from(cache, group.slot, layer, head);
  const Queries<T, kDim> q(query + group.first * q_stride + head * kDim, q_stride, group.n_rows, g, t);
  const int length[2] = {g < group.n_rows ? reach[group.first + g].length : 0,
                         g + 8 < group.n_rows ? reach[group.first + g + 8].length : 0};
  float o[kOut][4] = {};
  float largest[2] = {-INFINITY, -INFINITY}, total[2] = {};
  // Halves of blocks: a warp's first is in block `warp`.
  const auto next_half = [](int half) { return half % 2 == 0 ? half + 1 : half + 2 * kWarps - 1; };
  const int n_halves = (group.longest + kHalf - 1) / kHalf;
  Keys<T, kDim> keys;
  int half = 2 * warp;
  if (half < n_halves) keys.load(from.keys, half * kHalf, g, t);
  while (half < n_halves) {
    const int first = half * kHalf;
    uint4 values[kOut];
    const T* v = from.values + static_cast<int64_t>(half / 2) * kDim * block_places + (half % 2) * kHalf + 8 * t;
#pragma unroll
    for (int d = 0; d < kOut; ++d) {
      values[d] = __ldcs(reinterpret_cast<const uint4*>(v + static_cast<int64_t>(8 * d + g) * block_places));
    }
    float c[4][4];
    keys.score(q, c);
    half = next_half(half);
    if (half < n_halves) keys.load(from.keys, half * kHalf, g, t);
#pragma unroll
    for (int h = 0; h < 2; ++h) {
      float high = largest[h];
#pragma unroll
      for (int i = 0; i < 4; ++i) {
#pragma unroll
        for (int e = 0; e < 2; ++e) {
          float& score = c[i][2 * h + e];
          score = first + 8 * t + 2 * i + e < length[h] ? score * scale : -INFINITY;
          high = fmaxf(high, score);
        }
      }
      high = fmaxf(high, __shfl_xor_sync(0xffffffffu, high, 1));
      high = fmaxf(high, __shfl_xor_sync(0xffffffffu, high, 2));
      // A row that ends before this block has no largest score yet, or keeps its own.
      const float base = high == -INFINITY ? 0.0f : high;
      const float shrink = exp2_fast(largest[h] - base);
      largest[h] = high;
      float sum = 0.0f;
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        c[i][2 * h] = exp2_fast(c[i][2 * h] - base);
        c[i][2 * h + 1] = exp2_fast(c[i][2 * h + 1] - base);
        sum += c[i][2 * h] + c[i][2 * h + 1];
      }
      total[h] = total[h] * shrink + sum;
#pragma unroll
      for (int d = 0; d < kOut; ++d) {
        o[d][2 * h] *= shrink;
        o[d][2 * h + 1] *= shrink;
      }
    }
    uint32_t p[4][2];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      p[i][0] = pack_two<T>(c[i][0], c[i][1]);
      p[i][1] = pack_two<T>(c[i][2], c[i][3]);
    }
#pragma unroll
    for (int d = 0; d < kOut; ++d) {
      multiply_add<T>(o[d], p[0][0], p[0][1], p[1][0], p[1][1], values[d].x, values[d].y);
      multiply_add<T>(o[d], p[2][0], p[2][1], p[3][0], p[3][1], values[d].z, values[d].w);
    }
  }
#pragma unroll
  for (int h = 0; h < 2; ++h) {
    const int row = g + 8 * h;
    total[h] += __shfl_xor_sync(0xffffffffu, total[h], 1);
    total[h] += __shfl_xor_sync(0xffffffffu, total[h], 2);
    if (t == 0) {
      largest_of[warp][row] = largest[h];
      total_of[warp][row] = total[h];
    }
#pragma unroll
    for (int d = 0; d < kOut; ++d) {
      joined[warp][row][8 * d + 2 * t] = o[d][2 * h];
      joined[warp][row][8 * d + 2 * t + 1] = o[d][2 * h + 1];
    }
  }
  __syncthreads();
  for (int i = threadIdx.x; i < group.n_rows * kDim; i += kWarps * 32) {
    const int row = i / kDim, d = i % kDim;
    float high = -INFINITY;
#pragma unroll
    for (int w = 0; w < kWarps; ++w) high = fmaxf(high, largest_of[w][row]);
    float sum = 0.0f, value = 0.0f;
#pragma unroll
    for (int w = 0; w < kWarps; ++w) {
      const float share = exp2_fast(largest_of[w][row] - high);
      sum += share * total_of[w][row];
      value += share * joined[w][row][d];
    }
    y[(group.first + row) * y_stride + head * kDim + d] = from_float<T>(value / sum);
  }
}

/** For checks: a block a row and head, all scores in shared memory. */
template <typename T>
__global__ void cached_attention_plain_kernel(CacheView cache, int32_t layer, const T* query, int64_t q_stride,
                                              const RowGroup* groups, const CacheReach* reach, float scale, T* y,
                                              int64_t y_stride) {
  extern __shared__ float shared[];
  float* const scores = shared;
  __shared__ float part[32];
  const RowGroup group = groups[blockIdx.x];
  const int dim = cache.shape.head_dim, head = blockIdx.y, n_warps = blockDim.x / 32;
  const CacheHead<const T> from(cache, group.slot, layer, head);
  for (int row = group.first; row < group.first + group.n_rows; ++row) {
    const T* q = query + row * q_stride + head * dim;
    const int n = reach[row].length;
    float high = -INFINITY;
    for (int place = threadIdx.x; place < n; place += blockDim.x) {
      const T* key = from.keys + static_cast<int64_t>(place) * dim;
      float score = 0.0f;
      for (int d = 0; d < dim; ++d) score = fmaf(to_float(q[d]), to_float(key[d]), score);
      scores[place] = score * scale;
      high = fmaxf(high, scores[place]);
    }
    high = warp_max(high);
    if (threadIdx.x % 32 == 0) part[threadIdx.x / 32] = high;
    __syncthreads();
    for (int i = 0; i < n_warps; ++i) high = fmaxf(high, part[i]);
    __syncthreads();
    float sum = 0.0f;
    for (int place = threadIdx.x; place < n; place += blockDim.x) {
      scores[place] = exp2f(scores[place] - high);
      sum += scores[place];
    }
    sum = warp_sum(sum);
    if (threadIdx.x % 32 == 0) part[threadIdx.x / 32] = sum;
    __syncthreads();
    sum = 0.0f;
    for (int i = 0; i < n_warps; ++i) sum += part[i];
    for (int d = threadIdx.x; d < dim; d += blockDim.x) {
      float value = 0.0f;
      for (int place = 0; place < n; ++place) {
        value = fmaf(scores[place], to_float(from.values[value_at(place, d, dim)]), value);
      }
      y[row * y_stride + head * dim + d] = from_float<T>(value / sum);
    }
    __syncthreads();
  }
}

/** Scaled scores of one head: a block takes 16 rows, its warps 32 places each. */
template <typename T, int kDim>
__global__ void __launch_bounds__(kWarps * 32)
    scores_kernel(CacheView cache, int32_t layer, int32_t head, const T* query, int64_t q_stride, int32_t n_rows,
                  int32_t slot, int32_t length, float scale, float* scores, int64_t stride) {
  const int lane = threadIdx.x % 32, g = lane / 4, t = lane % 4, row0 = blockIdx.x * rows_of_group;
  const int first = (blockIdx.y * kWarps + threadIdx.x / 32) * kHalf;
  if (first >= length) return;
  const CacheHead<const T> from(cache, slot, layer, head);
  const int n = min(rows_of_group, n_rows - row0);
  const Queries<T, kDim> q(query + row0 * q_stride + head * kDim, q_stride, n, g, t);
  Keys<T, kDim> keys;
  keys.load(from.keys, first, g, t);
  float c[4][4];
  keys.score(q, c);
#pragma unroll
  for (int e = 0; e < 4; ++e) {
    const int row = g + 8 * (e / 2);
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int place = first + 8 * t + 2 * i + e % 2;
      if (row < n && place < length) scores[(row0 + row) * stride + place] = c[i][e] * scale;
    }
  }
}

/** The same of any type and width. */
template <typename T>
__global__ void scores_plain_kernel(CacheView cache, int32_t layer, int32_t head, const T* query, int64_t q_stride,
                                    int32_t slot, int32_t length, float scale, float* scores, int64_t stride) {
  const int dim = cache.shape.head_dim, row = blockIdx.x;
  const CacheHead<const T> from(cache, slot, layer, head);
  const T* q = query + row * q_stride + head * dim;
  for (int place = blockIdx.y * blockDim.x + threadIdx.x; place < length; place += gridDim.y * blockDim.x) {
    const T* key = from.keys + static_cast<int64_t>(place) * dim;
    float score = 0.0f;
    for (int d = 0; d < dim; ++d) score = fmaf(to_float(q[d]), to_float(key[d]), score);
    scores[row * stride + place] = score * scale;
  }
}

/** Softmax of base 2 in place, a warp a row. */
__global__ void __launch_bounds__(kWarps * 32)
    softmax_kernel(int32_t n_rows, int32_t length, float* scores, int64_t stride) {
  const int row = blockIdx.x * kWarps + threadIdx.x / 32, lane = threadIdx.x % 32;
  if (row >= n_rows) return;
  float* const to = scores + row * stride;
  float high = -INFINITY;
  for (int place = lane; place < length; place += 32) high = fmaxf(high, to[place]);
  high = warp_max(high);
  float sum = 0.0f;
  for (int place = lane; place < length; place += 32) {
    to[place] = exp2f(to[place] - high);
    sum += to[place];
  }
  sum = warp_sum(sum);
  for (int place = lane; place < length; place += 32) to[place] /= sum;
}

float score_scale(const CacheView& cache) { return log2_e / std::sqrt(static_cast<float>(cache.shape.head_dim)); }

}  // namespace

void cached_attention(cudaStream_t stream, const CacheView& cache, int32_t layer, const Tensor& query,
                      const RowGroup* groups, int32_t n_groups, const CacheReach* reach, bool few, const Tensor& y) {
  const dim3 grid(static_cast<unsigned>(n_groups), static_cast<unsigned>(cache.shape.n_heads));
  const float scale = score_scale(cache);
  with_type(cache.type, [&](auto element) {
    using T = decltype(element);
    const auto* q = static_cast<const T*>(query.data);
    auto* to = static_cast<T*>(y.data);
    if constexpr (sizeof(T) == 2) {
      const auto start = [&](auto dim, auto warps) {
        constexpr int kDim = decltype(dim)::value, kWarpsOfBlock = decltype(warps)::value;
        constexpr int bytes = kWarpsOfBlock * rows_of_group * (kDim + 1) * static_cast<int>(sizeof(float));
        const auto kernel = cached_attention_kernel<T, kDim, kWarpsOfBlock>;
        if (bytes > 48 * 1024) cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
        launch_early(stream, grid, kWarpsOfBlock * 32, bytes, kernel, cache, layer, q, query.stride, groups, reach,
                     scale, to, y.stride);
      };
      using Few = std::integral_constant<int, 12>;
      using Short = std::integral_constant<int, 2>;
      using Many = std::integral_constant<int, kWarps>;
      using Wide = std::integral_constant<int, 64>;
      using Narrow = std::integral_constant<int, 32>;
      if (begins_at_16(query) && cache.shape.head_dim == 64) {
        // A text of some dozens of tokens is one or two blocks of places: more warps would only be joined.
        if (cache.padded_places <= kShortPlaces) return start(Wide{}, Short{});
        return few ? start(Wide{}, Few{}) : start(Wide{}, Many{});
      }
      if (begins_at_16(query) && cache.shape.head_dim == 32) return start(Narrow{}, Many{});
    }
    cached_attention_plain_kernel<T><<<grid, 256, static_cast<unsigned>(cache.padded_places) * sizeof(float), stream>>>(
        cache, layer, q, query.stride, groups, reach, scale, to, y.stride);
  });
}

void attention_weights(cudaStream_t stream, const CacheView& cache, int32_t layer, int32_t head, const Tensor& query,
                       CacheReach reach, float* weights, int64_t stride) {
  const auto n = static_cast<int32_t>(query.rows);
  const float scale = score_scale(cache);
  with_type(cache.type, [&](auto element) {
    using T = decltype(element);
    const auto* q = static_cast<const T*>(query.data);
    if constexpr (sizeof(T) == 2) {
      const dim3 grid(static_cast<unsigned>((n + rows_of_group - 1) / rows_of_group),
                      static_cast<unsigned>((reach.length + kWarps * kHalf - 1) / (kWarps * kHalf)));
      if (begins_at_16(query) && cache.shape.head_dim == 64) {
        scores_kernel<T, 64><<<grid, kWarps * 32, 0, stream>>>(cache, layer, head, q, query.stride, n, reach.slot,
                                                               reach.length, scale, weights, stride);
        return;
      }
      if (begins_at_16(query) && cache.shape.head_dim == 32) {
        scores_kernel<T, 32><<<grid, kWarps * 32, 0, stream>>>(cache, layer, head, q, query.stride, n, reach.slot,
                                                               reach.length, scale, weights, stride);
        return;
      }
    }
    scores_plain_kernel<T><<<dim3(static_cast<unsigned>(n), 4), 128, 0, stream>>>(
        cache, layer, head, q, query.stride, reach.slot, reach.length, scale, weights, stride);
  });
  softmax_kernel<<<static_cast<unsigned>((n + kWarps - 1) / kWarps), kWarps * 32, 0, stream>>>(n, reach.length, weights,
                                                                                               stride);
}

}  // namespace fw::cuda

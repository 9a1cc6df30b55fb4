// The softmax weights of the alignment heads. Floor: a head's keys once and its weights written once; of large-v3, 100
// tokens of a window, 0.2 and 0.6 MB, far under a microsecond: launches count.
#include "device/cuda/cached_fragments.cuh"
#include "device/cuda/kernels.h"

namespace fw::cuda {
namespace {

constexpr int kWarps = 4;

/** Scaled scores of one head: a block takes 16 rows, its warps 32 places each. */
template <typename T, typename S, int kDim>
__global__ void __launch_bounds__(kWarps * 32)
    scores_kernel(CacheView cache, int32_t layer, int32_t head, const T* query, int64_t q_stride, int32_t n_rows,
                  int32_t slot, int32_t length, float scale, float* scores, int64_t stride) {
  const int lane = threadIdx.x % 32, g = lane / 4, t = lane % 4, row0 = blockIdx.x * rows_of_group;
  const int first = (blockIdx.y * kWarps + threadIdx.x / 32) * places_at_a_time;
  if (first >= length) return;
  const CacheHead<const S> from(cache, slot, layer, head);
  const int n = min(rows_of_group, n_rows - row0);
  const Queries<T, S, kDim> q(query + row0 * q_stride + head * kDim, q_stride, n, g, t);
  Keys<T, S, kDim> keys;
  keys.load(from, first, g, t);
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
template <typename T, typename S>
__global__ void scores_plain_kernel(CacheView cache, int32_t layer, int32_t head, const T* query, int64_t q_stride,
                                    int32_t slot, int32_t length, float scale, float* scores, int64_t stride) {
  const int dim = cache.shape.head_dim, row = blockIdx.x;
  const CacheHead<const S> from(cache, slot, layer, head);
  const T* q = query + row * q_stride + head * dim;
  for (int place = blockIdx.y * blockDim.x + threadIdx.x; place < length; place += gridDim.y * blockDim.x) {
    float score = 0.0f;
    for (int d = 0; d < dim; ++d) score = fmaf(to_float(q[d]), from.key(place, d, dim), score);
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

}  // namespace

void attention_weights(cudaStream_t stream, const CacheView& cache, int32_t layer, int32_t head, const Tensor& query,
                       CacheReach reach, float* weights, int64_t stride) {
  const auto n = static_cast<int32_t>(query.rows);
  const float scale = score_scale(cache);
  with_storage(cache, [&](auto element, auto stored) {
    using T = decltype(element);
    using S = decltype(stored);
    const auto* q = static_cast<const T*>(query.data);
    if constexpr (sizeof(T) == 2) {
      const dim3 grid(
          static_cast<unsigned>((n + rows_of_group - 1) / rows_of_group),
          static_cast<unsigned>((reach.length + kWarps * places_at_a_time - 1) / (kWarps * places_at_a_time)));
      if (begins_at_16(query) && cache.shape.head_dim == 64) {
        scores_kernel<T, S, 64><<<grid, kWarps * 32, 0, stream>>>(cache, layer, head, q, query.stride, n, reach.slot,
                                                                  reach.length, scale, weights, stride);
        return;
      }
      if (begins_at_16(query) && cache.shape.head_dim == 32) {
        scores_kernel<T, S, 32><<<grid, kWarps * 32, 0, stream>>>(cache, layer, head, q, query.stride, n, reach.slot,
                                                                  reach.length, scale, weights, stride);
        return;
      }
    }
    scores_plain_kernel<T, S><<<dim3(static_cast<unsigned>(n), 4), 128, 0, stream>>>(
        cache, layer, head, q, query.stride, reach.slot, reach.length, scale, weights, stride);
  });
  softmax_kernel<<<static_cast<unsigned>((n + kWarps - 1) / kWarps), kWarps * 32, 0, stream>>>(n, reach.length, weights,
                                                                                               stride);
}

}  // namespace fw::cuda

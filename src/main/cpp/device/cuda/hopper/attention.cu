// Full self-attention of the encoder on Hopper, fused (Dao 2023, FlashAttention-2; Shah et al. 2024, FlashAttention-3).
// Floor for large-v3, eight windows: 4 x 1500^2 x 64 x 20 heads x 8 = 92 Gflop a layer, 0.12 ms at 777 Tflop/s, and
// 1500^2 x 160 powers of two, 0.10 ms at 16 a clock and multiprocessor. A tile of 64 keys costs a warpgroup 256 clocks
// of the tensor cores and as many of the special-function units: with four warpgroups on a multiprocessor, in two
// blocks, one unit works for some while the other works for the rest, and no warpgroup overlaps its own work.
//
// A block takes 128 queries of one head, a warpgroup 64 of them; keys and values come in tiles of 64 through stages of
// shared memory. One of the working threads asks for them: a warp of its own would cost 256 threads 32 registers each.
#include <cmath>

#include "device/cuda/elements.cuh"
#include "device/cuda/hopper/async.cuh"
#include "device/cuda/hopper/tensor_map.h"
#include "device/cuda/hopper/warpgroup.cuh"
#include "device/cuda/kernels.h"

namespace fw::cuda {
namespace {

constexpr int kDim = box_columns;
constexpr int kTile = 64;
constexpr int kWarpgroups = 2;
constexpr int kQueries = kTile * kWarpgroups;
constexpr int kThreads = kWarpgroups * 128;
constexpr int kStages = 5;
/** Tiles that are asked for before they are worked on; the rest of the stages is what warpgroups may lie apart. */
constexpr int kAhead = 3;
constexpr int kTileBytes = kTile * kDim * 2;
/** What tiles begin at a multiple of. */
constexpr int kAlignment = 1024;
constexpr int kSharedBytes = (kWarpgroups + 2 * kStages) * kTileBytes + kAlignment;
/**
 * The base of a row's powers of two follows its largest score only when that is so much larger: weights are below 2^8
 * then, and sums are seldom scaled anew.
 */
constexpr float kSlack = 8.0f;

__device__ inline float quad_max(float x) {
  x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 1));
  return fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 2));
}

/** What a thread knows of its two rows, g and g + 8. */
struct Softmax {
  /** In powers of two. */
  float base[2] = {-INFINITY, -INFINITY};
  float total[2] = {};

  /** Scores to weights; o is scaled anew where a base changes. */
  __device__ void weigh(Sums<kTile>& c, Sums<kTile>& o, float scale) {
#pragma unroll
    for (int h = 0; h < 2; ++h) {
      float high = -INFINITY;
#pragma unroll
      for (int j = 0; j < kTile / 8; ++j) high = fmaxf(high, fmaxf(c[j][2 * h], c[j][2 * h + 1]));
      high = quad_max(high) * scale;
      const bool grows = high > base[h] + kSlack;
      if (__any_sync(0xffffffffu, grows)) {
        const float shrink = grows ? exp2_fast(base[h] - high) : 1.0f;
        if (grows) base[h] = high;
        total[h] *= shrink;
#pragma unroll
        for (int d = 0; d < kDim / 8; ++d) {
          o[d][2 * h] *= shrink;
          o[d][2 * h + 1] *= shrink;
        }
      }
      float sum[2] = {};
#pragma unroll
      for (int j = 0; j < kTile / 8; ++j) {
#pragma unroll
        for (int e = 0; e < 2; ++e) {
          float& weight = c[j][2 * h + e];
          weight = exp2_fast(fmaf(weight, scale, -base[h]));
          sum[e] += weight;
        }
      }
      total[h] += sum[0] + sum[1];
    }
  }
};

/** The tiles of keys and values of a block, each in work by all warps until they say that they are through with it. */
class Tiles {
 public:
  __device__ Tiles(const CUtensorMap& qkv, unsigned char* stages, SharedBarrier* there, SharedBarrier* free,
                   int32_t n_tiles, int32_t state)
      : qkv_(qkv), stages_(stages), there_(there), free_(free), n_tiles_(n_tiles), state_(state) {}

  __device__ int32_t count() const { return n_tiles_; }
  __device__ const unsigned char* keys(int32_t tile) const { return stages_ + tile % kStages * 2 * kTileBytes; }
  __device__ const unsigned char* values(int32_t tile) const { return keys(tile) + kTileBytes; }
  __device__ void wait_for(int32_t tile) const { there_[tile % kStages].wait(tile / kStages); }
  __device__ void leave(int32_t tile) const { free_[tile % kStages].arrive(); }

  /** By one thread of the block. */
  __device__ void ask_for(int32_t tile) const {
    if (tile >= n_tiles_) return;
    const int stage = tile % kStages;
    if (tile >= kStages) free_[stage].wait(tile / kStages - 1);
    there_[stage].arrive_expecting(2 * kTileBytes);
    unsigned char* const to = stages_ + stage * 2 * kTileBytes;
    const int column = static_cast<int>(blockIdx.y) * kDim, window = static_cast<int>(blockIdx.z);
    copy_box(to, qkv_, state_ + column, tile * kTile, window, there_[stage]);
    copy_box(to + kTileBytes, qkv_, 2 * state_ + column, tile * kTile, window, there_[stage]);
  }

 private:
  const CUtensorMap& qkv_;
  unsigned char* stages_;
  SharedBarrier* there_;
  SharedBarrier* free_;
  int32_t n_tiles_;
  int32_t state_;
};

template <typename T>
__global__ void __launch_bounds__(kThreads, 2) attention_kernel(const __grid_constant__ CUtensorMap qkv, int32_t n,
                                                                int32_t state, float scale, T* y, int64_t y_stride) {
  extern __shared__ unsigned char shared[];
  __shared__ SharedBarrier queries_there, there[kStages], free[kStages];
  unsigned char* const queries = shared + (kAlignment - shared_address(shared) % kAlignment) % kAlignment;
  const Tiles tiles(qkv, queries + kWarpgroups * kTileBytes, there, free, (n + kTile - 1) / kTile, state);
  const int head = blockIdx.y, window = blockIdx.z, query0 = blockIdx.x * kQueries;
  if (threadIdx.x == 0) {
    queries_there.init(1);
    for (int s = 0; s < kStages; ++s) {
      there[s].init(1);
      free[s].init(kThreads / 32);
    }
    publish_barriers();
    queries_there.arrive_expecting(kWarpgroups * kTileBytes);
    for (int i = 0; i < kWarpgroups; ++i) {
      copy_box(queries + i * kTileBytes, qkv, head * kDim, query0 + i * kTile, window, queries_there);
    }
    for (int tile = 0; tile < kAhead; ++tile) tiles.ask_for(tile);
  }
  __syncthreads();
  const int warpgroup = threadIdx.x / 128, warp = threadIdx.x / 32 % 4;
  const int lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
  queries_there.wait(0);
  const uint64_t own_queries = swizzled_box(queries + warpgroup * kTileBytes);
  Softmax softmax;
  Sums<kTile> o = {};
  for (int tile = 0; tile < tiles.count(); ++tile) {
    tiles.wait_for(tile);
    Sums<kTile> c;
    begin_products();
#pragma unroll
    for (int s = 0; s < kDim / 16; ++s) {
      multiply_rows<T, kTile>(c, own_queries + s * next_columns, swizzled_box(tiles.keys(tile)) + s * next_columns,
                              s != 0);
    }
    close_products();
    if (threadIdx.x == 0) tiles.ask_for(tile + kAhead);
    __syncwarp();
    wait_products<0>();
    read_sums(c);
    if ((tile + 1) * kTile > n) {
#pragma unroll
      for (int j = 0; j < kTile / 8; ++j) {
#pragma unroll
        for (int e = 0; e < 4; ++e) {
          if (tile * kTile + j * 8 + 2 * t + e % 2 >= n) c[j][e] = -INFINITY;
        }
      }
    }
    softmax.weigh(c, o, scale);
    uint32_t p[kTile / 16][4];
#pragma unroll
    for (int s = 0; s < kTile / 16; ++s) {
      p[s][0] = pack_two<T>(c[2 * s][0], c[2 * s][1]);
      p[s][1] = pack_two<T>(c[2 * s][2], c[2 * s][3]);
      p[s][2] = pack_two<T>(c[2 * s + 1][0], c[2 * s + 1][1]);
      p[s][3] = pack_two<T>(c[2 * s + 1][2], c[2 * s + 1][3]);
    }
    begin_products();
#pragma unroll
    for (int s = 0; s < kTile / 16; ++s) {
      multiply_turned<T>(o, p[s], swizzled_box(tiles.values(tile)) + s * next_rows);
    }
    close_products();
    wait_products<0>();
    read_sums(o);
    if (lane == 0) tiles.leave(tile);
  }
#pragma unroll
  for (int h = 0; h < 2; ++h) {
    float sum = softmax.total[h];
    sum += __shfl_xor_sync(0xffffffffu, sum, 1);
    sum += __shfl_xor_sync(0xffffffffu, sum, 2);
    const int query = query0 + warpgroup * kTile + warp * 16 + h * 8 + g;
    if (query >= n) continue;
    T* const to = y + (static_cast<int64_t>(window) * n + query) * y_stride + head * kDim + 2 * t;
#pragma unroll
    for (int d = 0; d < kDim / 8; ++d) {
      *reinterpret_cast<uint32_t*>(to + 8 * d) = pack_two<T>(o[d][2 * h] / sum, o[d][2 * h + 1] / sum);
    }
  }
}

template <typename T>
void launch(cudaStream_t stream, const CUtensorMap& map, dim3 grid, int32_t n, float scale, const Tensor& y) {
  cudaFuncSetAttribute(attention_kernel<T>, cudaFuncAttributeMaxDynamicSharedMemorySize, kSharedBytes);
  attention_kernel<T><<<grid, kThreads, kSharedBytes, stream>>>(map, n, static_cast<int32_t>(y.cols), scale,
                                                                static_cast<T*>(y.data), y.stride);
}

}  // namespace

bool attention_hopper(cudaStream_t stream, const Tensor& qkv, int32_t n_windows, int32_t n_heads, const Tensor& y) {
  const auto n = static_cast<int32_t>(qkv.rows / n_windows);
  if (size_of(qkv.type) != 2 || y.cols != int64_t{n_heads} * kDim || n < kTile || !begins_at_16(qkv) ||
      y.stride % 2 != 0 || !is_hopper()) {
    return false;
  }
  const CUtensorMap map = map_boxes(qkv, n_windows, kTile);
  const float scale = log2_e / std::sqrt(static_cast<float>(kDim));
  const dim3 grid(static_cast<unsigned>((n + kQueries - 1) / kQueries), static_cast<unsigned>(n_heads),
                  static_cast<unsigned>(n_windows));
  if (qkv.type == DataType::f16) {
    launch<half>(stream, map, grid, n, scale, y);
  } else {
    launch<bf16>(stream, map, grid, n, scale, y);
  }
  return true;
}

}  // namespace fw::cuda

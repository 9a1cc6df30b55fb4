// Floors, for 10 heads, 100 tokens and 1,500 frames: the weights (6 MB) read three times from the second cache, 4 us;
// the path is bound by latency, not bytes: about 500 dependent steps of four columns, 150 cycles each. Expected 15 us
// for the cost and 45 us for the path, of one multiprocessor alone; 450 rows take 80 us.
//
// As device/cpu/alignment_path.cpp, but mean and factor of a frame are kept in f32: 1e-7 of the mean, the same for all
// tokens of that frame. The path's sums are in double in the same order, so that equal costs give equal paths.
#include "device/cuda/kernels.h"
#include "device/cuda/reduce.cuh"

namespace fw::cuda {
namespace {

constexpr int32_t kMedianReach = 3;
constexpr double kLeastDeviation = 1e-9;
constexpr int32_t kMeanThreads = 128;
constexpr int32_t kCostThreads = 256;
constexpr int32_t kCostPlaces = kCostThreads + 2 * kMedianReach;

/** For each frame the mean and the factor that normalise it over the tokens of one head: blockIdx.y. */
__global__ void __launch_bounds__(kMeanThreads)
    normalise(const float* weights, int32_t n_tokens, int64_t stride, int32_t n_frames, float* means, float* factors) {
  const auto frame = static_cast<int32_t>(blockIdx.x * kMeanThreads + threadIdx.x);
  if (frame >= n_frames) {
    return;
  }
  const auto head = static_cast<int64_t>(blockIdx.y);
  const float* column = weights + head * n_tokens * stride + frame;
  double mean = 0.0;
#pragma unroll 8
  for (int32_t token = 0; token < n_tokens; ++token) {
    mean += column[token * stride];
  }
  mean /= n_tokens;
  double square = 0.0;
#pragma unroll 8
  for (int32_t token = 0; token < n_tokens; ++token) {
    const double gap = column[token * stride] - mean;
    square += gap * gap;
  }
  means[head * n_frames + frame] = static_cast<float>(mean);
  factors[head * n_frames + frame] = static_cast<float>(1.0 / (sqrt(square / n_tokens) + kLeastDeviation));
}

/** Place reflected at both ends of [0, n) without repeating the end itself. */
__device__ int32_t reflect(int32_t place, int32_t n) {
  if (n == 1) {
    return 0;
  }
  const int32_t period = 2 * (n - 1);
  const int32_t inside = (place < 0 ? -place : place) % period;
  return min(inside, period - inside);
}

/** Puts the smaller of two values into a and the larger into b. */
__device__ void order(float& a, float& b) {
  const float low = fminf(a, b);
  b = fmaxf(a, b);
  a = low;
}

/** The median of seven by a selection network of 13 exchanges. */
__device__ float median(float a, float b, float c, float d, float e, float f, float g) {
  order(a, f);
  order(a, d);
  order(b, g);
  order(c, e);
  order(a, b);
  order(d, f);
  order(c, g);
  order(c, d);
  order(d, g);
  order(e, f);
  order(b, e);
  order(b, d);
  order(d, e);
  return d;
}

/** The negated mean of the heads' normalised weights, smoothed along the frames: one row, 256 frames a block. */
__global__ void __launch_bounds__(kCostThreads)
    smooth(const float* weights, int32_t n_heads, int32_t n_tokens, int64_t stride, int32_t first_row, int32_t n_frames,
           const float* means, const float* factors, float* cost) {
  __shared__ float normal[2][kCostPlaces];
  const auto thread = static_cast<int32_t>(threadIdx.x), row = static_cast<int32_t>(blockIdx.y);
  const int32_t first = static_cast<int32_t>(blockIdx.x) * kCostThreads, frame = first + thread;
  const float share = -1.0f / static_cast<float>(n_heads);
  float sum = 0.0f;
  for (int32_t head = 0; head < n_heads; ++head) {
    const float* from = weights + (static_cast<int64_t>(head) * n_tokens + first_row + row) * stride;
    float* to = normal[head % 2];
    for (int32_t i = thread; i < kCostPlaces; i += kCostThreads) {
      const int32_t place = first + i - kMedianReach;
      if (place < n_frames + kMedianReach) {
        const int32_t at = reflect(place, n_frames);
        to[i] = (from[at] - means[head * n_frames + at]) * factors[head * n_frames + at];
      }
    }
    __syncthreads();
    if (frame < n_frames) {
      const float* in = to + thread;
      sum += share * median(in[0], in[1], in[2], in[3], in[4], in[5], in[6]);
    }
  }
  if (frame < n_frames) {
    cost[static_cast<int64_t>(row) * n_frames + frame] = sum;
  }
}

/** Steps of the path, two bits each, four columns a byte. kRight alone has its high bit set. */
enum Step : uint32_t { kDiagonal = 0, kDown = 1, kRight = 2 };

/** A lane has a row and takes four columns a step; the lane of the next row follows one step behind. */
constexpr int32_t kColumns = 4;
/** Steps between barriers. */
constexpr int32_t kStage = 4;
constexpr int32_t kStageColumns = kStage * kColumns;
/** Stages that a warp, which has 32 rows, follows behind the warp above it: 31 steps of its last lane, and one stage.
 */
constexpr int32_t kLag = (31 + kStage + kStage - 1) / kStage;
/** Steps of its last row that a warp keeps for the next one: more than kLag stages less the 31 steps. */
constexpr int32_t kRing = 16;
/** Rows of a stage's costs, spread so that 16-byte reads of neighbouring lanes meet different banks. */
constexpr int32_t kCostStride = kStageColumns + 4;
constexpr int32_t kMaxThreads = 512;

/** Memory of one warp. */
struct WarpMemory {
  double ring[kRing][kColumns];
  float costs[32][kCostStride];
};

/** The costs of one stage of a warp, as its lanes read them together: two rows of 16 columns at a time. */
struct StageCosts {
  float values[16];

  __device__ void load(const float* cost, int32_t n_rows, int32_t n_columns, int32_t first_row, int32_t stage) {
    const int32_t lane = static_cast<int32_t>(threadIdx.x) % 32;
#pragma unroll
    for (int32_t i = 0; i < 16; ++i) {
      const int32_t below = 2 * i + lane / 16, row = first_row + below;
      const int32_t column = kColumns * (kStage * stage - below) + lane % 16;
      const bool there = row < n_rows && column >= 0 && column < n_columns;
      values[i] = there ? cost[static_cast<int64_t>(row) * n_columns + column] : 0.0f;
    }
  }

  __device__ void put(WarpMemory& memory) const {
    const int32_t lane = static_cast<int32_t>(threadIdx.x) % 32;
#pragma unroll
    for (int32_t i = 0; i < 16; ++i) {
      memory.costs[2 * i + lane / 16][lane % 16] = values[i];
    }
  }
};

/** Walks back from the last cell, row by row: a warp looks for the column of each row that was not reached from its
 * left one. */
__device__ void walk_back(const uint8_t* steps, int32_t n_rows, int32_t n_columns, int32_t* first) {
  const int32_t lane = static_cast<int32_t>(threadIdx.x) % 32, row_bytes = (n_columns + kColumns - 1) / kColumns;
  int32_t column = n_columns - 1;
  for (int32_t row = n_rows - 1; row >= 0 && column >= 0; --row) {
    const uint8_t* of_row = steps + static_cast<int64_t>(row) * row_bytes;
    uint32_t step = kRight;
    for (int32_t last = column / kColumns; step == kRight && last >= 0; last -= 32) {
      const int32_t at = last - lane;
      const uint32_t four = at >= 0 ? of_row[at] : 0xaau;
      const int32_t known = at == column / kColumns ? column % kColumns + 1 : kColumns;
      const uint32_t stops = ~four & 0xaau & ((1u << (2 * known)) - 1u);
      const uint32_t lanes = __ballot_sync(kAllLanes, stops != 0);
      if (lanes != 0) {
        const int32_t place = stops != 0 ? (31 - __clz(static_cast<int32_t>(stops))) / 2 : 0;
        const int32_t winner = __ffs(static_cast<int32_t>(lanes)) - 1;
        column = __shfl_sync(kAllLanes, at * kColumns + place, winner);
        step = __shfl_sync(kAllLanes, (four >> (2 * place)) & 3u, winner);
      }
    }
    if (step == kRight) {
      // Only where a cost is not a number: the rows that are left keep 0.
      return;
    }
    if (lane == 0) {
      first[row] = column;
    }
    column -= step == kDiagonal ? 1 : 0;
  }
}

/**
 * The whole path by one block of a lane a row. Dynamic memory: a WarpMemory for each warp, then the steps
 * [n_rows][ceil(n_columns / 4)] unless they go to far_steps.
 */
__global__ void __launch_bounds__(kMaxThreads)
    path(const float* cost, int32_t n_rows, int32_t n_columns, uint8_t* far_steps, int32_t* first) {
  extern __shared__ double2 memory[];
  auto* warps = reinterpret_cast<WarpMemory*>(memory);
  const auto row = static_cast<int32_t>(threadIdx.x);
  const int32_t warp = row / 32, lane = row % 32, n_warps = static_cast<int32_t>(blockDim.x) / 32;
  const int32_t row_steps = (n_columns + kColumns - 1) / kColumns;
  uint8_t* steps = far_steps != nullptr ? far_steps : reinterpret_cast<uint8_t*>(warps + n_warps);
  if (row < n_rows) {
    first[row] = 0;
  }

  const int32_t n_stages = (row_steps + 31 + kStage - 1) / kStage;
  const double never = INFINITY;
  WarpMemory& mine = warps[warp];
  StageCosts next;
  next.load(cost, n_rows, n_columns, 32 * warp, 0);
  // The cheapest ways to this row's last four columns, to the column before those of the row above, to the left one.
  double way[kColumns] = {never, never, never, never};
  double corner = row == 0 ? 0.0 : never, left = never;
  for (int32_t turn = 0; turn < n_stages + kLag * (n_warps - 1); ++turn) {
    const int32_t stage = turn - kLag * warp;
    if (stage >= 0 && stage < n_stages) {
      __syncwarp();
      next.put(mine);
      __syncwarp();
      next.load(cost, n_rows, n_columns, 32 * warp, stage + 1);
#pragma unroll
      for (int32_t i = 0; i < kStage; ++i) {
        const int32_t at = kStage * stage + i - lane;
        const bool inside = at >= 0 && at < row_steps;
        double above[kColumns];
#pragma unroll
        for (int32_t c = 0; c < kColumns; ++c) {
          above[c] = __shfl_up_sync(kAllLanes, way[c], 1);
        }
        if (lane == 0) {
#pragma unroll
          for (int32_t c = 0; c < kColumns; ++c) {
            above[c] = warp > 0 && inside ? warps[warp - 1].ring[at % kRing][c] : never;
          }
        }
        if (inside) {
          const float4 costs = *reinterpret_cast<const float4*>(&mine.costs[lane][i * kColumns]);
          const float cost_of[kColumns] = {costs.x, costs.y, costs.z, costs.w};
          uint32_t taken = 0;
#pragma unroll
          for (int32_t c = 0; c < kColumns; ++c) {
            double best = corner;
            uint32_t step = kDiagonal;
            if (above[c] < best) {
              best = above[c];
              step = kDown;
            }
            if (left < best) {
              best = left;
              step = kRight;
            }
            corner = above[c];
            left = best + cost_of[c];
            way[c] = left;
            taken |= step << (2 * c);
          }
          if (row < n_rows) {
            steps[static_cast<int64_t>(row) * row_steps + at] = static_cast<uint8_t>(taken);
          }
          if (lane == 31) {
#pragma unroll
            for (int32_t c = 0; c < kColumns; ++c) {
              mine.ring[at % kRing][c] = way[c];
            }
          }
        }
      }
    }
    __syncthreads();
  }
  if (warp == 0) {
    walk_back(steps, n_rows, n_columns, first);
  }
}

/** Dynamic memory that a block of this device can have at most. */
int32_t most_block_memory() {
  int32_t device = 0, bytes = 0;
  cudaGetDevice(&device);
  cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device);
  return bytes;
}

uint32_t parts(int32_t n, int32_t size) { return static_cast<uint32_t>((n + size - 1) / size); }

}  // namespace

void alignment_cost(cudaStream_t stream, const float* weights, int32_t n_heads, int32_t n_tokens,
                    int64_t n_frames_stride, int32_t first_row, int32_t n_rows, int32_t n_frames, float* scratch,
                    float* cost) {
  float *means = scratch, *factors = scratch + static_cast<int64_t>(n_heads) * n_frames;
  const dim3 columns(parts(n_frames, kMeanThreads), static_cast<uint32_t>(n_heads));
  normalise<<<columns, kMeanThreads, 0, stream>>>(weights, n_tokens, n_frames_stride, n_frames, means, factors);
  const dim3 tiles(parts(n_frames, kCostThreads), static_cast<uint32_t>(n_rows));
  smooth<<<tiles, kCostThreads, 0, stream>>>(weights, n_heads, n_tokens, n_frames_stride, first_row, n_frames, means,
                                             factors, cost);
}

void dtw_path(cudaStream_t stream, const float* cost, int32_t n_rows, int32_t n_frames, uint8_t* steps,
              int32_t* first) {
  constexpr int32_t kMemoryWithoutAsking = 48 * 1024;
  const auto n_warps = static_cast<int32_t>(parts(n_rows, 32));
  const int32_t warp_bytes = n_warps * static_cast<int32_t>(sizeof(WarpMemory));
  const int32_t all_bytes = warp_bytes + n_rows * static_cast<int32_t>(parts(n_frames, kColumns));
  const bool near = all_bytes <= kMemoryWithoutAsking || all_bytes <= most_block_memory();
  const int32_t bytes = near ? all_bytes : warp_bytes;
  if (bytes > kMemoryWithoutAsking) {
    cudaFuncSetAttribute(path, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
  }
  path<<<1, static_cast<uint32_t>(n_warps * 32), static_cast<size_t>(bytes), stream>>>(cost, n_rows, n_frames,
                                                                                       near ? nullptr : steps, first);
}

}  // namespace fw::cuda

#pragma once

#include "device/cuda/logit_row.cuh"
#include "device/cuda/reduce.cuh"

/** Sums of exponentials over a row of logits, by one block. */
namespace fw::cuda {

inline constexpr int32_t kThreads = 1024;
inline constexpr int32_t kWarps = kThreads / 32;
/** A warp reads tiles of 4 x 32 groups of four logits; kGroups of them, 128 logits apart, are one lane's. */
inline constexpr int32_t kGroups = 4;
inline constexpr int32_t kTile = kGroups * 32 * 4;
inline constexpr int32_t kTileStep = kWarps * kTile;

/** e^x for x of 0 or less. */
__device__ inline float fast_exp(float x) {
  float result;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x * 1.4426950408889634f));
  return result;
}

/** First logit of a lane's group in a tile. */
__device__ inline int32_t group_at(int32_t tile, int32_t group) {
  return tile + group * 128 + static_cast<int32_t>(threadIdx.x) % 32 * 4;
}

__device__ inline int32_t first_tile() { return static_cast<int32_t>(threadIdx.x) / 32 * kTile; }

/** Sums of e^(logit - largest), and the largest permitted logits with the tiles that hold them first. */
struct Sums {
  float largest;
  float all, text, stamps;
  float best_text, best_stamp;
  int32_t text_tile, stamp_tile;

  /** Makes `larger` the largest. */
  __device__ void rebase(float larger) {
    if (larger > largest) {
      const float factor = fast_exp(largest - larger);
      all *= factor;
      text *= factor;
      stamps *= factor;
      largest = larger;
    }
  }
};

/** What this thread's logits add up to. A logit that is not a number makes the sums so. */
__device__ inline Sums sum_logits(const Row& row, const Permit& permit) {
  Sums sums = {kMasked, 0.0f, 0.0f, 0.0f, kMasked, kMasked, 0, 0};
  for (int32_t tile = first_tile(); tile < row.n; tile += kTileStep) {
    Four fours[kGroups];
#pragma unroll
    for (int32_t group = 0; group < kGroups; ++group) {
      fours[group] = row.four(group_at(tile, group), permit.suppressed);
    }
    float best[kGroups];
#pragma unroll
    for (int32_t group = 0; group < kGroups; ++group) {
      const float(&x)[4] = fours[group].x;
      best[group] = fmaxf(fmaxf(x[0], x[1]), fmaxf(x[2], x[3]));
    }
    sums.rebase(fmaxf(fmaxf(best[0], best[1]), fmaxf(best[2], best[3])));
    const float base = sums.largest == kMasked ? 0.0f : sums.largest;
#pragma unroll
    for (int32_t group = 0; group < kGroups; ++group) {
      const Four& four = fours[group];
      const int32_t first = group_at(tile, group);
      float weight[4];
#pragma unroll
      for (int32_t i = 0; i < 4; ++i) {
        weight[i] = fast_exp(four.x[i] - base);
      }
      const float sum = (weight[0] + weight[1]) + (weight[2] + weight[3]);
      sums.all += sum;
      const auto inside = [first](int32_t token) { return token >= first && token < first + 4; };
      if (four.suppressed == 0 && first >= permit.text_first && first + 3 <= permit.text_last &&
          !inside(permit.blank) && !inside(permit.end) && !inside(permit.no_timestamps)) {
        sums.text += sum;
        if (best[group] > sums.best_text) {
          sums.best_text = best[group];
          sums.text_tile = tile;
        }
        continue;
      }
#pragma unroll
      for (int32_t i = 0; i < 4; ++i) {
        const int32_t token = first + i;
        if (four.suppresses(i) || excepted(permit, token)) {
          continue;
        }
        if (in_text(permit, token)) {
          sums.text += weight[i];
          if (four.x[i] > sums.best_text) {
            sums.best_text = four.x[i];
            sums.text_tile = tile;
          }
        } else if (in_stamps(permit, token)) {
          sums.stamps += weight[i];
          if (four.x[i] > sums.best_stamp) {
            sums.best_stamp = four.x[i];
            sums.stamp_tile = tile;
          }
        }
      }
    }
  }
  return sums;
}

/** The sums of the lanes of a warp in each of them; the tiles are kept. */
__device__ inline Sums warp_total(Sums sums) {
  sums.rebase(warp_max(sums.largest));
  sums.all = warp_sum(sums.all);
  sums.text = warp_sum(sums.text);
  sums.stamps = warp_sum(sums.stamps);
  sums.best_text = warp_max(sums.best_text);
  sums.best_stamp = warp_max(sums.best_stamp);
  return sums;
}

/** The sums of all threads in each of them; all threads of the block call it, once in a kernel. */
__device__ inline Sums block_total(const Sums& mine) {
  __shared__ Sums of_warps[kWarps];
  const Sums warp = warp_total(mine);
  if (threadIdx.x % 32 == 0) {
    of_warps[threadIdx.x / 32] = warp;
  }
  __syncthreads();
  return warp_total(of_warps[threadIdx.x % 32]);
}

}  // namespace fw::cuda

// Floor: each logit and its suppression read once from the second cache, 260 KB a row of 51,866: 2.2 us at 64 bytes a
// cycle and multiprocessor, and one exponential a logit, 1.8 us, at the same time. Expected 4 to 6 us for up to 132
// rows of one candidate; a beam adds about 1 us a candidate, sampling about 10 us.
//
// One block a row. Logits are summed relative to the largest of all seen so far, so that one exponential serves the sum
// of all, of the permitted text and of the permitted time stamps; where what is permitted lies so far below that it
// would vanish, a second reading sums it anew.
#include "device/cuda/kernels.h"
#include "device/cuda/launch.cuh"
#include "device/cuda/logit_sums.cuh"

namespace fw::cuda {
namespace {

constexpr int32_t kNoToken = INT32_MAX;

/** Further below the largest logit sums of exponentials would lose digits: e^-87 is the smallest normal one. */
constexpr float kSafeDepth = 60.0f;

/** Calls use(token, logit) for the permitted tokens of this thread in one tile, rising. */
template <typename Use>
__device__ void for_permitted(const Row& row, const Permit& permit, int32_t tile, const Use& use) {
#pragma unroll 1
  for (int32_t group = 0; group < kGroups; ++group) {
    const int32_t first = group_at(tile, group);
    if (first < row.n) {
      const Four four = row.four(first, permit.suppressed);
#pragma unroll
      for (int32_t i = 0; i < 4; ++i) {
        const int32_t token = first + i;
        if ((in_text(permit, token) || in_stamps(permit, token)) && !excepted(permit, token) && !four.suppresses(i) &&
            four.x[i] > kMasked) {
          use(token, four.x[i]);
        }
      }
    }
  }
}

/** A sum over all threads, in each of them; all threads of the block call it, once in a kernel for each place. */
template <int32_t kPlace>
__device__ float block_sum(float value) {
  __shared__ float of_warps[kWarps];
  const float warp = warp_sum(value);
  if (threadIdx.x % 32 == 0) {
    of_warps[threadIdx.x / 32] = warp;
  }
  __syncthreads();
  return warp_sum(of_warps[threadIdx.x % 32]);
}

/** The smallest of all threads' numbers; `place` changes between calls that follow one another. */
__device__ uint32_t block_min(uint32_t value, int32_t place) {
  __shared__ uint32_t of_warps[2][kWarps];
  const uint32_t warp = __reduce_min_sync(kAllLanes, value);
  if (threadIdx.x % 32 == 0) {
    of_warps[place][threadIdx.x / 32] = warp;
  }
  __syncthreads();
  return __reduce_min_sync(kAllLanes, of_warps[place][threadIdx.x % 32]);
}

struct Best {
  float logit;
  int32_t token;
};

/** The better of all threads' tokens, the lowest id among equals; `place` as above. */
__device__ Best block_best(Best mine, int32_t place) {
  __shared__ Best of_warps[2][kWarps];
  const auto better = [](Best best) {
    const float logit = warp_max(best.logit);
    const auto token = static_cast<uint32_t>(best.logit == logit ? best.token : kNoToken);
    return Best{logit, static_cast<int32_t>(__reduce_min_sync(kAllLanes, token))};
  };
  const Best warp = better(mine);
  if (threadIdx.x % 32 == 0) {
    of_warps[place][threadIdx.x / 32] = warp;
  }
  __syncthreads();
  return better(of_warps[place][threadIdx.x % 32]);
}

/** This thread's best token behind `after` in the order of candidates. */
__device__ Best next_best(const Row& row, const Permit& permit, Best after) {
  Best best = {kMasked, kNoToken};
  for (int32_t tile = first_tile(); tile < row.n; tile += kTileStep) {
    for_permitted(row, permit, tile, [&](int32_t token, float logit) {
      const bool behind = logit < after.logit || (logit == after.logit && token > after.token);
      if (behind && logit > best.logit) {
        best = {logit, token};
      }
    });
  }
  return best;
}

/** Sums of the permitted tokens alone, each relative to its own largest. */
struct PermittedSums {
  float text, stamps;
  float text_base, stamp_base;

  __device__ float base() const {
    return fmaxf(text > 0.0f ? text_base : kMasked, stamps > 0.0f ? stamp_base : kMasked);
  }
  __device__ float log_stamps() const { return stamps > 0.0f ? stamp_base + logf(stamps) : kMasked; }
  __device__ double log_total() const {
    const float base = this->base();
    const float of_text = text > 0.0f ? text * expf(text_base - base) : 0.0f;
    const float of_stamps = stamps > 0.0f ? stamps * expf(stamp_base - base) : 0.0f;
    return base + log(static_cast<double>(of_text) + static_cast<double>(of_stamps));
  }
};

__device__ PermittedSums permitted_sums(const Row& row, const Permit& permit, const Sums& total) {
  const auto lost = [&](float best) { return best > kMasked && total.largest - best > kSafeDepth; };
  if (isfinite(total.all) && !lost(total.best_text) && !lost(total.best_stamp)) {
    return {total.text, total.stamps, total.largest, total.largest};
  }
  float text = 0.0f, stamps = 0.0f;
  for (int32_t tile = first_tile(); tile < row.n; tile += kTileStep) {
    for_permitted(row, permit, tile, [&](int32_t token, float logit) {
      if (in_text(permit, token)) {
        text += fast_exp(logit - total.best_text);
      } else {
        stamps += fast_exp(logit - total.best_stamp);
      }
    });
  }
  return {block_sum<0>(text), block_sum<1>(stamps), total.best_text, total.best_stamp};
}

/**
 * A token by the inverse of the distribution function, summed in double over rising ids: each thread has a stretch of
 * them. kNoToken but in one thread of the block.
 */
__device__ int32_t sample(const Row& row, const Permit& permit, float largest, const TokenRule& rule) {
  __shared__ double of_warps[kWarps];
  const auto thread = static_cast<int32_t>(threadIdx.x);
  const int32_t length = (row.n + kThreads - 1) / kThreads;
  const int32_t first = min(thread * length, row.n), last = min(first + length, row.n);
  const auto weight = [&](int32_t token) {
    const bool permitted = (in_text(permit, token) || in_stamps(permit, token)) && !excepted(permit, token) &&
                           (permit.suppressed == nullptr || permit.suppressed[token] == 0) &&
                           row.logits[token] > kMasked;
    return permitted ? static_cast<double>(expf((row.logits[token] - largest) / rule.temperature)) : 0.0;
  };
  double own = 0.0;
  for (int32_t token = first; token < last; ++token) {
    own += weight(token);
  }
  double up_to = own;
#pragma unroll
  for (int32_t reach = 1; reach < 32; reach *= 2) {
    const double lower = __shfl_up_sync(kAllLanes, up_to, reach);
    up_to += thread % 32 >= reach ? lower : 0.0;
  }
  double below = __shfl_up_sync(kAllLanes, up_to, 1);
  below = thread % 32 == 0 ? 0.0 : below;
  if (thread % 32 == 31) {
    of_warps[thread / 32] = up_to;
  }
  __syncthreads();
  double total = 0.0, of_lower_warps = 0.0;
  for (int32_t warp = 0; warp < kWarps; ++warp) {
    of_lower_warps = warp == thread / 32 ? total : of_lower_warps;
    total += of_warps[warp];
  }
  below += of_lower_warps;
  up_to += of_lower_warps;
  const double target = rule.random * total;
  // The first stretch that goes beyond the target, or the last one of any weight where rounding keeps all below it.
  const uint32_t beyond = block_min(own > 0.0 && up_to > target ? threadIdx.x : kNoToken, 0);
  const uint32_t behind = block_min(own > 0.0 ? kThreads - threadIdx.x : kNoToken, 1);
  if (threadIdx.x != (beyond != kNoToken ? beyond : kThreads - behind)) {
    return kNoToken;
  }
  int32_t chosen = kNoToken;
  for (int32_t token = first; token < last && !(chosen != kNoToken && below > target); ++token) {
    const double w = weight(token);
    if (w > 0.0) {
      chosen = token;
      below += w;
    }
  }
  return chosen;
}

__global__ void __launch_bounds__(kThreads)
    pick_rows(const float* logits, int64_t stride, int32_t n_vocab, TokenKinds kinds, const TokenRule* rules,
              int32_t* chosen, PickRow* picks) {
  allow_next();
  wait_for_inputs();
  const Row row(logits + blockIdx.x * stride, n_vocab);
  TokenRule rule = rules[blockIdx.x];
  if (rule.follows >= 0) rule = rule_after_token(rule, chosen[rule.follows], kinds.timestamp_begin);
  PickRow& pick = picks[blockIdx.x];
  // By one thread of the block.
  const auto choose = [&](int32_t token, float logprob) {
    pick.n_candidates = 1;
    pick.candidates[0] = {token, logprob};
    if (rule.chosen_at >= 0) chosen[rule.chosen_at] = token;
  };
  Permit permit = permit_of(rule, kinds, n_vocab);
  const Sums mine = sum_logits(row, permit);
  const Sums total = block_total(mine);
  if (threadIdx.x == 0) {
    const float no_speech = expf(row.logits[kinds.no_speech] - total.largest);
    pick.no_speech_probability = isfinite(total.largest) ? no_speech / total.all : no_speech;
  }

  PermittedSums sums = permitted_sums(row, permit, total);
  Best best = {mine.best_text, kNoToken};
  int32_t tile = mine.text_tile;
  float largest = total.best_text;
  const bool only_stamps = !rule.unrestricted && rule.timestamps && sums.log_stamps() > total.best_text;
  if (only_stamps) {
    permit.text_last = -1;
    sums.text = 0.0f;
    largest = kMasked;
    best.logit = kMasked;
  }
  if (mine.best_stamp > best.logit) {
    best.logit = mine.best_stamp;
    tile = mine.stamp_tile;
  }
  largest = fmaxf(largest, total.best_stamp);
  if (!isfinite(largest)) {
    if (threadIdx.x == 0) choose(kinds.end, kMasked);
    return;
  }
  if (rule.temperature > 0.0f) {
    const int32_t token = sample(row, permit, largest, rule);
    if (token != kNoToken) choose(token, static_cast<float>(row.logits[token] - sums.log_total()));
    return;
  }
  const int32_t n_best = min(max(rule.n_best, 1), max_candidates);
  if (best.logit == largest || n_best > 1) {
    for_permitted(row, permit, tile, [&](int32_t token, float logit) {
      best.token = best.token == kNoToken && logit == best.logit ? token : best.token;
    });
  }
  const double log_total = threadIdx.x == 0 ? sums.log_total() : 0.0;
  int32_t n = 0;
  for (; n < n_best; ++n) {
    const Best winner = block_best(best, n % 2);
    if (!(winner.logit > kMasked)) {
      break;
    }
    if (threadIdx.x == 0) {
      const auto logprob = static_cast<float>(winner.logit - log_total);
      if (n == 0) choose(winner.token, logprob);
      pick.candidates[n] = {winner.token, logprob};
    }
    if (n + 1 < n_best && best.token == winner.token) {
      best = next_best(row, permit, winner);
    }
  }
  if (threadIdx.x == 0) {
    pick.n_candidates = n;
  }
}

}  // namespace

void pick(cudaStream_t stream, const float* logits, int64_t stride, int32_t n, int32_t n_vocab, const TokenKinds& kinds,
          const TokenRule* rules, int32_t* chosen, PickRow* picks) {
  if (n > 0) {
    launch_early(stream, dim3(static_cast<uint32_t>(n)), kThreads, 0, pick_rows, logits, stride, n_vocab, kinds, rules,
                 chosen, picks);
  }
}

}  // namespace fw::cuda

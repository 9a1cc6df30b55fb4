#pragma once

#include <cmath>
#include <cstdint>

#include "device/cuda/elements.cuh"
#include "device/cuda/kernels.h"
#include "device/eight_bit.h"

namespace fw::cuda {

/** Places of a block of values. */
inline constexpr int block_places = 32;

/** Offset of a value in a head's blocks. */
__device__ inline int64_t value_at(int32_t place, int32_t dim, int32_t head_dim) {
  return static_cast<int64_t>(place / block_places) * head_dim * block_places + dim * block_places +
         place % block_places;
}

/**
 * Where keys and values of a slot's layer and head begin: keys [place][head_dim]; values in blocks of 32 places, each
 * [head_dim][32], so that a lane finds eight places of one dimension side by side as the second product of attention
 * wants them. In eight bits (device/eight_bit.h) each place has a scale for its key and one for its value.
 */
template <typename S>
struct CacheHead {
  S* keys;
  S* values;
  bf16* key_scales = nullptr;
  bf16* value_scales = nullptr;

  __device__ CacheHead(const CacheView& cache, int32_t slot, int32_t layer, int32_t head) {
    const int64_t place = ((static_cast<int64_t>(slot) * cache.shape.n_layers + layer) * cache.shape.n_heads + head) *
                          cache.padded_places;
    keys = static_cast<S*>(cache.keys) + place * cache.shape.head_dim;
    values = static_cast<S*>(cache.values) + place * cache.shape.head_dim;
    if constexpr (sizeof(S) == 1) {
      key_scales = static_cast<bf16*>(cache.key_scales) + place;
      value_scales = static_cast<bf16*>(cache.value_scales) + place;
    }
  }

  __device__ float key(int32_t place, int32_t dim, int32_t head_dim) const {
    const S stored = keys[static_cast<int64_t>(place) * head_dim + dim];
    if constexpr (sizeof(S) == 1) {
      return static_cast<float>(static_cast<int>(stored) - zero_byte) * to_float(key_scales[place]);
    } else {
      return to_float(stored);
    }
  }

  __device__ float value(int32_t place, int32_t dim, int32_t head_dim) const {
    const S stored = values[value_at(place, dim, head_dim)];
    if constexpr (sizeof(S) == 1) {
      return static_cast<float>(static_cast<int>(stored) - zero_byte) * to_float(value_scales[place]);
    } else {
      return to_float(stored);
    }
  }
};

/** What scores are multiplied by, for powers of two. */
inline float score_scale(const CacheView& cache) {
  return log2_e / std::sqrt(static_cast<float>(cache.shape.head_dim));
}

/** Runs a generic lambda with a value of the type of queries and one of the type that a cache is stored in. */
template <typename Work>
void with_storage(const CacheView& cache, Work&& work) {
  with_type(cache.type, [&](auto element) {
    if (cache.shape.eight_bit) {
      work(element, uint8_t{});
    } else {
      work(element, element);
    }
  });
}

}  // namespace fw::cuda

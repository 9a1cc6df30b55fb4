#pragma once

#include <cstdint>

#include "device/cuda/kernels.h"

namespace fw::cuda {

/** Places of a block of a cache. */
inline constexpr int block_places = 64;

/**
 * Where keys and values of a slot's layer and head begin: keys [place][head_dim]; values in blocks of 64 places, each
 * [head_dim][64], so that a lane finds eight places of one dimension side by side as the second product of attention
 * wants them.
 */
template <typename T>
struct CacheHead {
  T* keys;
  T* values;

  __device__ CacheHead(const CacheView& cache, int32_t slot, int32_t layer, int32_t head) {
    const int64_t at = ((static_cast<int64_t>(slot) * cache.shape.n_layers + layer) * cache.shape.n_heads + head) *
                       cache.padded_places * cache.shape.head_dim;
    keys = static_cast<T*>(cache.keys) + at;
    values = static_cast<T*>(cache.values) + at;
  }
};

/** Offset of a value in a head's blocks. */
__device__ inline int64_t value_at(int32_t place, int32_t dim, int32_t head_dim) {
  return static_cast<int64_t>(place / block_places) * head_dim * block_places + dim * block_places +
         place % block_places;
}

}  // namespace fw::cuda

#pragma once

#include <type_traits>

#include "device/cuda/cache_layout.cuh"
#include "device/cuda/elements.cuh"

/**
 * What attention over a cache gives the tensor cores. All loads are 16 bytes a lane, or 8 of values in eight bits: a
 * lane holds some dimensions of a key, or eight places of one dimension of the values, and both products number their
 * inner index in the order in which they lie in the lanes, which is as good as any other.
 */
namespace fw::cuda {

/** Places that a warp takes at a time. */
inline constexpr int places_at_a_time = 32;

/** What products with a cache of S are computed in where queries are of T: bytes are exact in half alone. */
template <typename T, typename S>
using ProductType = std::conditional_t<std::is_same_v<S, uint8_t>, half, T>;

/** Bytes hold -127 to 127 as 1 to 255. Two of four become halves: 1024 + b is 0x6400 | b. */
template <int kFirst>
__device__ inline uint32_t halves_of_bytes(uint32_t four) {
  const uint32_t raised = __byte_perm(four, 0x64646464u, kFirst == 0 ? 0x4140 : 0x4342);
  const half2 both = __hsub2(reinterpret_cast<const half2&>(raised), __float2half2_rn(1024.0f + zero_byte));
  return reinterpret_cast<const uint32_t&>(both);
}

template <typename T, typename Product>
__device__ inline uint32_t pair_as(uint32_t pair) {
  if constexpr (std::is_same_v<T, Product>) {
    return pair;
  } else {
    const T* const two = reinterpret_cast<const T*>(&pair);
    return pack_two<Product>(to_float(two[0]), to_float(two[1]));
  }
}

/**
 * Queries of a group as the first operand: lane 4 g + t holds of rows g and g + 8 the dimensions that it loads of keys:
 * pieces of eight, or, of keys in eight bits, all of its own behind one another.
 */
template <typename T, typename S, int kDim>
struct Queries {
  using Product = ProductType<T, S>;
  uint32_t a[kDim / 16][4];

  __device__ Queries(const T* query, int64_t stride, int n_rows, int g, int t) {
#pragma unroll
    for (int i = 0; i < kDim / 32; ++i) {
      const int first = std::is_same_v<S, uint8_t> ? kDim / 4 * t + 8 * i : 32 * i + 8 * t;
      const uint4 low = g < n_rows ? *reinterpret_cast<const uint4*>(query + g * stride + first) : uint4{};
      const uint4 high = g + 8 < n_rows ? *reinterpret_cast<const uint4*>(query + (g + 8) * stride + first) : uint4{};
      const auto put = [&](uint32_t(&to)[4], uint32_t a0, uint32_t a1, uint32_t a2, uint32_t a3) {
        to[0] = pair_as<T, Product>(a0), to[1] = pair_as<T, Product>(a1);
        to[2] = pair_as<T, Product>(a2), to[3] = pair_as<T, Product>(a3);
      };
      put(a[2 * i], low.x, high.x, low.y, high.y);
      put(a[2 * i + 1], low.z, high.z, low.w, high.w);
    }
  }
};

/** Two scales of places that follow one another. */
__device__ inline float2 scales_of(uint32_t pair) {
  return {__uint_as_float(pair << 16), __uint_as_float(pair & 0xffff0000u)};
}

/** Of 32 places the keys, as lanes hold them: tile i of 8 places is 8 (n / 2) + 2 i + n % 2 for column n. */
template <typename T, typename S, int kDim>
struct Keys {
  uint4 piece[4][kDim / 32];

  __device__ void load(const CacheHead<const S>& from, int first, int g, int t) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const S* key = from.keys + static_cast<int64_t>(first + 8 * (g / 2) + 2 * i + g % 2) * kDim + 8 * t;
#pragma unroll
      for (int j = 0; j < kDim / 32; ++j) piece[i][j] = __ldcs(reinterpret_cast<const uint4*>(key + 32 * j));
    }
  }

  /** Scores of a lane: rows g (0, 1) and g + 8 (2, 3), places 8 t + 2 i and the next. */
  __device__ void score(const Queries<T, S, kDim>& q, float (&c)[4][4]) const {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      c[i][0] = c[i][1] = c[i][2] = c[i][3] = 0.0f;
#pragma unroll
      for (int j = 0; j < kDim / 32; ++j) {
        const auto& a = q.a[2 * j];
        const auto& b = q.a[2 * j + 1];
        multiply_add<T>(c[i], a[0], a[1], a[2], a[3], piece[i][j].x, piece[i][j].y);
        multiply_add<T>(c[i], b[0], b[1], b[2], b[3], piece[i][j].z, piece[i][j].w);
      }
    }
  }
};

template <typename T, int kDim>
struct Keys<T, uint8_t, kDim> {
  uint32_t piece[4][kDim / 16];
  /** Of places 8 t to 8 t + 7. */
  uint4 scales;

  __device__ void load(const CacheHead<const uint8_t>& from, int first, int g, int t) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const uint8_t* key = from.keys + static_cast<int64_t>(first + 8 * (g / 2) + 2 * i + g % 2) * kDim + kDim / 4 * t;
      using Piece = std::conditional_t<kDim == 64, uint4, uint2>;
      *reinterpret_cast<Piece*>(piece[i]) = __ldcs(reinterpret_cast<const Piece*>(key));
    }
    scales = __ldcs(reinterpret_cast<const uint4*>(from.key_scales + first + 8 * t));
  }

  __device__ void score(const Queries<T, uint8_t, kDim>& q, float (&c)[4][4]) const {
    const uint32_t pairs[4] = {scales.x, scales.y, scales.z, scales.w};
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      c[i][0] = c[i][1] = c[i][2] = c[i][3] = 0.0f;
#pragma unroll
      for (int m = 0; m < kDim / 16; ++m) {
        const auto& a = q.a[m];
        multiply_add<half>(c[i], a[0], a[1], a[2], a[3], halves_of_bytes<0>(piece[i][m]),
                           halves_of_bytes<2>(piece[i][m]));
      }
      const float2 scale = scales_of(pairs[i]);
      c[i][0] *= scale.x, c[i][1] *= scale.y, c[i][2] *= scale.x, c[i][3] *= scale.y;
    }
  }
};

/** Of 32 places the values: of dimension 8 d + g the places 8 t to 8 t + 7. */
template <typename T, typename S, int kDim>
struct Values {
  /** Weights of places are raised by it before they are rounded, and results lowered. */
  static constexpr float raised = 1.0f;
  uint4 piece[kDim / 8];

  __device__ void load(const CacheHead<const S>& from, int first, int g, int t) {
    const S* v = from.values + static_cast<int64_t>(first) * kDim + 8 * t;
#pragma unroll
    for (int d = 0; d < kDim / 8; ++d) {
      piece[d] = __ldcs(reinterpret_cast<const uint4*>(v + (8 * d + g) * block_places));
    }
  }

  /** o += c times the values; of rows g, and, of two halves, g + 8. */
  template <int kHalves>
  __device__ void add(const float (&c)[4][4], float (&o)[kDim / 8][4]) const {
    uint32_t p[4][2];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      p[i][0] = pack_two<T>(c[i][0], c[i][1]);
      p[i][1] = kHalves == 2 ? pack_two<T>(c[i][2], c[i][3]) : 0u;
    }
#pragma unroll
    for (int d = 0; d < kDim / 8; ++d) {
      multiply_add<T>(o[d], p[0][0], p[0][1], p[1][0], p[1][1], piece[d].x, piece[d].y);
      multiply_add<T>(o[d], p[2][0], p[2][1], p[3][0], p[3][1], piece[d].z, piece[d].w);
    }
  }
};

template <typename T, int kDim>
struct Values<T, uint8_t, kDim> {
  /** A weight of 1 / 1500 times a scale of some thousandths would have few bits left as a half. */
  static constexpr float raised = 1024.0f;
  uint2 piece[kDim / 8];
  uint4 scales;

  __device__ void load(const CacheHead<const uint8_t>& from, int first, int g, int t) {
    const uint8_t* v = from.values + static_cast<int64_t>(first) * kDim + 8 * t;
#pragma unroll
    for (int d = 0; d < kDim / 8; ++d) {
      piece[d] = __ldcs(reinterpret_cast<const uint2*>(v + (8 * d + g) * block_places));
    }
    scales = __ldcs(reinterpret_cast<const uint4*>(from.value_scales + first + 8 * t));
  }

  template <int kHalves>
  __device__ void add(const float (&c)[4][4], float (&o)[kDim / 8][4]) const {
    const uint32_t pairs[4] = {scales.x, scales.y, scales.z, scales.w};
    uint32_t p[4][2];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const float2 scale = scales_of(pairs[i]);
      const float low = scale.x * raised, high = scale.y * raised;
      p[i][0] = pack_two<half>(c[i][0] * low, c[i][1] * high);
      p[i][1] = kHalves == 2 ? pack_two<half>(c[i][2] * low, c[i][3] * high) : 0u;
    }
#pragma unroll
    for (int d = 0; d < kDim / 8; ++d) {
      multiply_add<half>(o[d], p[0][0], p[0][1], p[1][0], p[1][1], halves_of_bytes<0>(piece[d].x),
                         halves_of_bytes<2>(piece[d].x));
      multiply_add<half>(o[d], p[2][0], p[2][1], p[3][0], p[3][1], halves_of_bytes<0>(piece[d].y),
                         halves_of_bytes<2>(piece[d].y));
    }
  }
};

}  // namespace fw::cuda

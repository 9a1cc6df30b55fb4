#pragma once

#include <cstdint>

#include "device/token_rule.h"

/** How the kernels of pick.cu read a row of logits, and which of its tokens its rule permits. */
namespace fw::cuda {

inline constexpr float kMasked = -INFINITY;

/** The permitted tokens of a row: what TokenRule and TokenKinds say, as ranges (both ends inside) and exceptions. */
struct Permit {
  int32_t text_first, text_last;
  int32_t stamp_first, stamp_last;
  /** Masked as well; -1 where that is not so. */
  int32_t blank, end, no_timestamps;
  /** Null where no token is suppressed. */
  const uint8_t* suppressed;
};

__device__ inline Permit permit_of(const TokenRule& rule, const TokenKinds& kinds, int32_t n_vocab) {
  const int32_t begin = kinds.timestamp_begin;
  const int32_t first = max(rule.first_token, 0), last = min(rule.last_token, n_vocab - 1);
  Permit permit = {first, min(last, begin - 1), max(first, begin), last, -1, -1, -1, nullptr};
  if (rule.unrestricted) {
    return permit;
  }
  permit.suppressed = rule.suppress ? static_cast<const uint8_t*>(kinds.suppressed.data) : nullptr;
  permit.no_timestamps = kinds.no_timestamps;
  permit.end = rule.mask_end || rule.first_place ? kinds.end : -1;
  permit.blank = rule.first_place ? kinds.blank : -1;
  if (!rule.timestamps || (rule.last_was_timestamp && rule.last_but_one_was_timestamp)) {
    permit.stamp_last = -1;
  }
  if (rule.timestamps) {
    permit.stamp_first = max(permit.stamp_first, rule.min_timestamp);
    if (rule.first_place) {
      permit.stamp_last = min(permit.stamp_last, rule.max_initial_timestamp);
      permit.text_last = -1;
    }
    if (rule.last_was_timestamp && !rule.last_but_one_was_timestamp) {
      permit.text_first = max(permit.text_first, kinds.end);
    }
  }
  return permit;
}

__device__ inline bool excepted(const Permit& permit, int32_t token) {
  return token == permit.blank || token == permit.end || token == permit.no_timestamps;
}

__device__ inline bool in_text(const Permit& permit, int32_t token) {
  return token >= permit.text_first && token <= permit.text_last;
}

__device__ inline bool in_stamps(const Permit& permit, int32_t token) {
  return token >= permit.stamp_first && token <= permit.stamp_last;
}

/** Four logits that follow one another, and a byte each for their suppression; behind the row they are masked. */
struct Four {
  float x[4];
  uint32_t suppressed;

  __device__ bool suppresses(int32_t i) const { return ((suppressed >> (8 * i)) & 0xffu) != 0; }
};

/** One row of logits, read the same way by the same thread every time. */
struct Row {
  const float* logits;
  int32_t n;
  /** Whether groups of four lie at multiples of 16 bytes. Speed depends on it, no result does. */
  bool wide;

  __device__ Row(const float* logits_, int32_t n_)
      : logits(logits_), n(n_), wide(reinterpret_cast<uintptr_t>(logits_) % 16 == 0) {}

  __device__ Four four(int32_t first, const uint8_t* suppressed) const {
    Four result;
    if (wide && first + 4 <= n) {
      const float4 v = *reinterpret_cast<const float4*>(logits + first);
      result.x[0] = v.x;
      result.x[1] = v.y;
      result.x[2] = v.z;
      result.x[3] = v.w;
    } else {
#pragma unroll
      for (int32_t i = 0; i < 4; ++i) {
        result.x[i] = first + i < n ? logits[first + i] : kMasked;
      }
    }
    result.suppressed = 0;
    if (suppressed != nullptr) {
      if (reinterpret_cast<uintptr_t>(suppressed) % 4 == 0 && first + 4 <= n) {
        result.suppressed = *reinterpret_cast<const uint32_t*>(suppressed + first);
      } else {
#pragma unroll
        for (int32_t i = 0; i < 4; ++i) {
          result.suppressed |= first + i < n ? static_cast<uint32_t>(suppressed[first + i]) << (8 * i) : 0u;
        }
      }
    }
    return result;
  }
};

}  // namespace fw::cuda

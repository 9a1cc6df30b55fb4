// Included by kernels_impl.h alone, once for each instruction set: vectors of the width FW_VECTOR_BYTES and what
// is computed on them. Everything has internal linkage and includes no C++ header, so that no function compiled for
// a newer instruction set can be taken by the linker for the rest of the library.
#pragma once

#include <stdint.h>
#if defined(__F16C__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#include "device/cpu/portable/kernels.h"

namespace fw {
namespace {

typedef float Floats __attribute__((vector_size(FW_VECTOR_BYTES)));
typedef int32_t Ints __attribute__((vector_size(FW_VECTOR_BYTES)));
typedef uint32_t Words __attribute__((vector_size(FW_VECTOR_BYTES)));
typedef uint16_t Halves __attribute__((vector_size(FW_VECTOR_BYTES / 2)));

constexpr int64_t kLanes = FW_VECTOR_BYTES / 4;
constexpr float kInfinity = __builtin_inff();

inline Floats load(const float* p) {
  Floats v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

inline Floats load(const uint16_t* bf16) {
  Halves h;
  __builtin_memcpy(&h, bf16, sizeof h);
  return (Floats)(__builtin_convertvector(h, Words) << 16);
}

/** Exact, as all conversions of halves are. */
inline Floats load(const f16_bits* f16) {
#if defined(__aarch64__)
  return (Floats)vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16((const uint16_t*)f16)));
#elif FW_VECTOR_BYTES == 64
  return (Floats)_mm512_maskz_cvtph_ps(0xffff, _mm256_loadu_si256((const __m256i*)f16));
#elif defined(__F16C__)
  return (Floats)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i*)f16));
#else
  Halves h;
  __builtin_memcpy(&h, f16, sizeof h);
  const Words w = __builtin_convertvector(h, Words);
  // The exponent is moved to its place and then raised by 112, which makes subnormal halves normal; infinity and not
  // a number come out too small by the same factor and get the largest exponent.
  const Words magnitude = (w & 0x7fff) << 13;
  const Words finite = (Words)((Floats)magnitude * 0x1p112f);
  const Words special = magnitude | 0x7f800000;
  return (Floats)(((w & 0x7c00) == 0x7c00 ? special : finite) | (w & 0x8000) << 16);
#endif
}

// GCC 12 turns a conversion from bytes to floats into single moves; these are the instructions for it.
inline Floats load(const int8_t* levels) {
#if FW_VECTOR_BYTES == 64
  return __builtin_convertvector((Ints)_mm512_maskz_cvtepi8_epi32(0xffff, _mm_loadu_si128((const __m128i*)levels)),
                                 Floats);
#elif FW_VECTOR_BYTES == 32
  return __builtin_convertvector((Ints)_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i*)levels)), Floats);
#else
  uint32_t four;
  __builtin_memcpy(&four, levels, sizeof four);
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "model files and these kernels are little-endian"
#endif
  // Each byte to the top of its lane, then down again with its sign.
  const Words top = (Words{} + four) * Words{1u << 24, 1u << 16, 1u << 8, 1u};
  return __builtin_convertvector((Ints)top >> 24, Floats);
#endif
}

inline void store(float* p, Floats v) { __builtin_memcpy(p, &v, sizeof v); }

inline Floats all(float x) { return Floats{} + x; }

/** The first n < kLanes of p, the rest `fill`. */
inline Floats load_part(const float* p, int64_t n, float fill) {
  Floats v = all(fill);
  for (int64_t i = 0; i < n; ++i) {
    v[i] = p[i];
  }
  return v;
}

inline void store_part(float* p, Floats v, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    p[i] = v[i];
  }
}

inline float sum(Floats v) {
  float s = 0.0f;
  for (int64_t i = 0; i < kLanes; ++i) {
    s += v[i];
  }
  return s;
}

inline float largest(Floats v) {
  float m = -kInfinity;
  for (int64_t i = 0; i < kLanes; ++i) {
    m = v[i] > m ? v[i] : m;
  }
  return m;
}

/** e^x for x <= 88, 0 below -87: x = n ln 2 + r, 2^n by the exponent's bits, e^r by its Taylor series (5e-9 at |r| = ln
 * 2 / 2). */
inline Floats exponential(Floats x) {
  const Floats low = all(-87.0f);
  const Ints live = x >= low;
  x = live ? x : low;
  const Floats shift = all(12582912.0f);  // 1.5 * 2^23: adding it leaves the nearest integer in the lower bits
  const Floats shifted = x * 1.44269504088896341f + shift;
  const Floats n = shifted - shift;
  // ln 2 in two parts, the first with few enough bits that n times it is exact (Cody and Waite 1980).
  const Floats r = (x - n * 0.693359375f) - n * -2.12194440054690583e-4f;
  Floats p = all(1.0f / 5040);
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const Words power = ((Words)shifted - (Words)shift) << 23;
  const Floats y = (Floats)((Words)p + power);
  return live ? y : Floats{};
}

/**
 * erf x as x P(x^2) / Q(x^2) for |x| <= 3.95, constant beyond; coefficients fitted for this file to the least largest
 * error (1.5e-9 in exact arithmetic, 3.2e-7 in f32).
 */
inline Floats error_function(Floats x) {
  const Floats bound = all(3.95f);
  x = x > bound ? bound : x;
  x = x < -bound ? -bound : x;
  const Floats t = x * x;
  Floats p = all(-1.3477214011459182e-08f);
  p = p * t + 4.744450507132569e-06f;
  p = p * t + 3.813579387497157e-04f;
  p = p * t + 3.835567506030202e-03f;
  p = p * t + 5.430186539888382e-02f;
  p = p * t + 1.8470916152000427e-01f;
  p = p * t + 1.128379225730896f;
  Floats q = all(6.36694094282575e-05f);
  q = q * t + 1.3069919077679515e-03f;
  q = q * t + 1.5440847724676132e-02f;
  q = q * t + 1.1379876732826233e-01f;
  q = q * t + 4.9702778458595276e-01f;
  q = q * t + 1.0f;
  return x * p / q;
}

/** x / 2 (1 + erf(x / sqrt 2)). */
inline Floats gelu(Floats x) { return 0.5f * x * (1.0f + error_function(x * 0.70710678118654752f)); }

}  // namespace
}  // namespace fw

// The pragma, not a compiler flag, limits the instruction set to this file's own functions. No header with inline
// functions may be included after it: the linker could keep their AVX-512 copies for the whole library.
#include "device/cpu/dnnl/vector_kernels.h"

#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,fma")
// GCC 12's own header leaves a register undefined on purpose and then warns of it.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#include <immintrin.h>

namespace fw {
namespace {

constexpr int64_t kWidth = 16;

struct Floats {
  __m512 v;

  static Floats all(float x) { return {_mm512_set1_ps(x)}; }
  static Floats zero() { return {_mm512_setzero_ps()}; }
  static Floats load(const float* p) { return {_mm512_loadu_ps(p)}; }
  static Floats load(const float* p, int64_t n) { return {_mm512_maskz_loadu_ps(first(n), p)}; }
  static Floats load_s32(const int32_t* p, const int32_t* minus, int64_t n) {
    const __mmask16 m = first(n);
    return {_mm512_cvtepi32_ps(_mm512_sub_epi32(_mm512_maskz_loadu_epi32(m, p), _mm512_maskz_loadu_epi32(m, minus)))};
  }
  void store(float* p) const { _mm512_storeu_ps(p, v); }
  void store(float* p, int64_t n) const { _mm512_mask_storeu_ps(p, first(n), v); }
  void store_bf16(uint16_t* p, int64_t n) const {
    const __m512i bits = _mm512_castps_si512(v);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
    _mm256_mask_storeu_epi16(p, first(n), _mm512_cvtepi32_epi16(_mm512_srli_epi32(rounded, 16)));
  }
  void store_u8(uint8_t* p, int32_t offset, int64_t n) const {
    const __m512i q = _mm512_add_epi32(_mm512_cvtps_epi32(v), _mm512_set1_epi32(offset));
    _mm_mask_storeu_epi8(p, first(n), _mm512_cvtepi32_epi8(q));
  }
  float sum() const { return _mm512_reduce_add_ps(v); }
  float highest() const { return _mm512_reduce_max_ps(v); }
  /** Lanes from n on become x. */
  Floats keep(int64_t n, float x) const { return {_mm512_mask_blend_ps(first(n), _mm512_set1_ps(x), v)}; }
  Floats abs() const { return {_mm512_abs_ps(v)}; }
  Floats rounded() const { return {_mm512_roundscale_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
  /** Rounded to bf16 and back. */
  Floats as_bf16() const {
    const __m512i bits = _mm512_castps_si512(v);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i up = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
    return {_mm512_castsi512_ps(_mm512_and_si512(up, _mm512_set1_epi32(static_cast<int>(0xffff0000))))};
  }
  /** v * 2^n for whole n; the result must be a normal number. */
  Floats times_power(Floats n) const {
    const __m512i shift = _mm512_slli_epi32(_mm512_cvtps_epi32(n.v), 23);
    return {_mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(v), shift))};
  }

 private:
  static __mmask16 first(int64_t n) { return n >= kWidth ? 0xffff : static_cast<__mmask16>((1u << n) - 1); }
};

inline Floats operator+(Floats a, Floats b) { return {_mm512_add_ps(a.v, b.v)}; }
inline Floats operator-(Floats a, Floats b) { return {_mm512_sub_ps(a.v, b.v)}; }
inline Floats operator*(Floats a, Floats b) { return {_mm512_mul_ps(a.v, b.v)}; }
inline Floats operator/(Floats a, Floats b) { return {_mm512_div_ps(a.v, b.v)}; }
inline Floats max(Floats a, Floats b) { return {_mm512_max_ps(a.v, b.v)}; }
inline Floats min(Floats a, Floats b) { return {_mm512_min_ps(a.v, b.v)}; }
/** a * b + c, rounded once. */
inline Floats fma(Floats a, Floats b, Floats c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }

#include "device/cpu/dnnl/vector_kernels.inc"

}  // namespace

const VectorKernels kAvx512Kernels = table("avx512");

}  // namespace fw

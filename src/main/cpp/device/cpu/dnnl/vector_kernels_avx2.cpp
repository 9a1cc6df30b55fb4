// The pragma, not a compiler flag, limits the instruction set to this file's own functions. No header with inline
// functions may be included after it: the linker could keep their AVX2 copies for the whole library.
#include "device/cpu/dnnl/vector_kernels.h"

#pragma GCC target("avx2,fma")
#include <immintrin.h>

namespace fw {
namespace {

constexpr int64_t kWidth = 8;

struct Floats {
  __m256 v;

  static Floats all(float x) { return {_mm256_set1_ps(x)}; }
  static Floats zero() { return {_mm256_setzero_ps()}; }
  static Floats load(const float* p) { return {_mm256_loadu_ps(p)}; }
  static Floats load(const float* p, int64_t n) {
    return n >= kWidth ? load(p) : Floats{_mm256_maskload_ps(p, first(n))};
  }
  static Floats load_s32(const int32_t* p, const int32_t* minus, int64_t n) {
    const __m256i m = first(n);
    return {_mm256_cvtepi32_ps(_mm256_sub_epi32(_mm256_maskload_epi32(p, m), _mm256_maskload_epi32(minus, m)))};
  }
  void store(float* p) const { _mm256_storeu_ps(p, v); }
  void store(float* p, int64_t n) const {
    if (n >= kWidth) {
      store(p);
    } else {
      _mm256_maskstore_ps(p, first(n), v);
    }
  }
  void store_bf16(uint16_t* p, int64_t n) const { store_words(p, _mm256_srli_epi32(bf16_bits(), 16), n); }
  void store_u8(uint8_t* p, int32_t offset, int64_t n) const {
    const __m256i q = _mm256_add_epi32(_mm256_cvtps_epi32(v), _mm256_set1_epi32(offset));
    const __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(q), _mm256_extracti128_si256(q, 1));
    alignas(16) uint8_t bytes[16];
    _mm_store_si128(reinterpret_cast<__m128i*>(bytes), _mm_packus_epi16(words, words));
    for (int64_t i = 0; i < n && i < kWidth; ++i) p[i] = bytes[i];
  }
  float sum() const {
    __m128 x = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    x = _mm_add_ps(x, _mm_movehl_ps(x, x));
    return _mm_cvtss_f32(_mm_add_ss(x, _mm_shuffle_ps(x, x, 1)));
  }
  float highest() const {
    __m128 x = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    x = _mm_max_ps(x, _mm_movehl_ps(x, x));
    return _mm_cvtss_f32(_mm_max_ss(x, _mm_shuffle_ps(x, x, 1)));
  }
  /** Lanes from n on become x. */
  Floats keep(int64_t n, float x) const {
    return {_mm256_blendv_ps(_mm256_set1_ps(x), v, _mm256_castsi256_ps(first(n)))};
  }
  Floats abs() const { return {_mm256_andnot_ps(_mm256_set1_ps(-0.0f), v)}; }
  Floats rounded() const { return {_mm256_round_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
  /** Rounded to bf16 and back. */
  Floats as_bf16() const {
    return {_mm256_castsi256_ps(_mm256_and_si256(bf16_bits(), _mm256_set1_epi32(static_cast<int>(0xffff0000))))};
  }
  /** v * 2^n for whole n; the result must be a normal number. */
  Floats times_power(Floats n) const {
    const __m256i shift = _mm256_slli_epi32(_mm256_cvtps_epi32(n.v), 23);
    return {_mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(v), shift))};
  }

 private:
  static __m256i first(int64_t n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n < kWidth ? n : kWidth)),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
  __m256i bf16_bits() const {
    const __m256i bits = _mm256_castps_si256(v);
    const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    return _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
  }
  static void store_words(uint16_t* p, __m256i words, int64_t n) {
    const __m128i halves = _mm_packus_epi32(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    if (n >= kWidth) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(p), halves);
      return;
    }
    alignas(16) uint16_t part[8];
    _mm_store_si128(reinterpret_cast<__m128i*>(part), halves);
    for (int64_t i = 0; i < n; ++i) p[i] = part[i];
  }
};

inline Floats operator+(Floats a, Floats b) { return {_mm256_add_ps(a.v, b.v)}; }
inline Floats operator-(Floats a, Floats b) { return {_mm256_sub_ps(a.v, b.v)}; }
inline Floats operator*(Floats a, Floats b) { return {_mm256_mul_ps(a.v, b.v)}; }
inline Floats operator/(Floats a, Floats b) { return {_mm256_div_ps(a.v, b.v)}; }
inline Floats max(Floats a, Floats b) { return {_mm256_max_ps(a.v, b.v)}; }
inline Floats min(Floats a, Floats b) { return {_mm256_min_ps(a.v, b.v)}; }
/** a * b + c, rounded once. */
inline Floats fma(Floats a, Floats b, Floats c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }

#include "device/cpu/dnnl/vector_kernels.inc"

}  // namespace

const VectorKernels kAvx2Kernels = table("avx2");

}  // namespace fw

// Included once by each spectrum_kernels_*.cpp, which says the function's name and the width of a vector. Includes no
// C++ header, so that no function compiled for a newer instruction set can be taken by the linker for the rest of the
// library.
#pragma once

#include "audio/spectrum_kernels.h"

namespace fw {
namespace {

typedef float Vector __attribute__((vector_size(FW_VECTOR_BYTES)));
constexpr int32_t kVectorLanes = FW_VECTOR_BYTES / 4;

inline Vector load(const float* p) {
  Vector v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
inline void store(float* p, Vector v) { __builtin_memcpy(p, &v, sizeof v); }

/** Place of a value of the frames from `lane` on. */
constexpr int32_t at(int32_t index, int32_t lane) { return index * kSpectrumFrames + lane; }

/** In-place decimation in time of the values, which are in bit-reversed order. */
void transform(const SpectrumTables& tables, float* re, float* im) {
  for (int32_t size = 2; size <= kSpectrumHalf; size *= 2) {
    const int32_t half = size / 2, stride = kSpectrumSamples / size;
    for (int32_t k = 0; k != half; ++k) {
      const float c = tables.cos[k * stride], s = tables.sin[k * stride];
      for (int32_t low = k; low < kSpectrumHalf; low += size) {
        const int32_t a = at(low, 0), b = at(low + half, 0);
        const Vector low_re = load(re + a), low_im = load(im + a), high_re = load(re + b), high_im = load(im + b);
        const Vector turned_re = high_re * c - high_im * s, turned_im = high_re * s + high_im * c;
        store(re + b, low_re - turned_re);
        store(im + b, low_im - turned_im);
        store(re + a, low_re + turned_re);
        store(im + a, low_im + turned_im);
      }
    }
  }
}

/** Of the frames of one vector. */
void power_spectra(const SpectrumTables& tables, const float* frames, float* re, float* im, float* power) {
  for (int32_t i = 0; i != kSpectrumHalf; ++i) {
    const int32_t to = at(tables.reversed[i], 0);
    store(re + to, load(frames + at(2 * i, 0)) * tables.window[2 * i]);
    store(im + to, load(frames + at(2 * i + 1, 0)) * tables.window[2 * i + 1]);
  }
  transform(tables, re, im);
  const Vector sum = load(re) + load(im), rest = load(re) - load(im);
  store(power, sum * sum);
  store(power + at(kSpectrumHalf, 0), rest * rest);
  for (int32_t k = 1; k != kSpectrumHalf; ++k) {
    // With a and b the values at k and at kSpectrumHalf - k, the even samples' transform is (a + conj b) / 2, the odd
    // ones' (a - conj b) / 2i.
    const int32_t a = at(k, 0), b = at(kSpectrumHalf - k, 0);
    const Vector even_re = 0.5f * (load(re + a) + load(re + b)), even_im = 0.5f * (load(im + a) - load(im + b));
    const Vector odd_re = 0.5f * (load(im + a) + load(im + b)), odd_im = 0.5f * (load(re + b) - load(re + a));
    const Vector all_re = even_re + odd_re * tables.cos[k] - odd_im * tables.sin[k];
    const Vector all_im = even_im + odd_re * tables.sin[k] + odd_im * tables.cos[k];
    store(power + a, all_re * all_re + all_im * all_im);
  }
}

}  // namespace

void FW_POWER_SPECTRA(const SpectrumTables& tables, const float* frames, float* work, float* power) {
  float* const im = work + at(kSpectrumHalf, 0);
  for (int32_t lane = 0; lane != kSpectrumFrames; lane += kVectorLanes) {
    power_spectra(tables, frames + lane, work + lane, im + lane, power + lane);
  }
}

}  // namespace fw

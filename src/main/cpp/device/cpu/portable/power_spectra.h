// Included by kernels_impl.h alone. Floor: about 30 operations a point of 400, in double, because the spectrum spans
// 80 dB below its maximum; 16 frames at a time, two in one complex transform, eight transforms side by side in vectors.
#pragma once

#include <stdint.h>

namespace fw {
namespace {

typedef double Eight __attribute__((vector_size(64)));

struct Complexes {
  Eight re;
  Eight im;
};

constexpr int64_t kPoints = 400;
constexpr int64_t kBins = kPoints / 2 + 1;

/** e^(-2 pi i j / 400) for all j, by the double functions of the C library. */
struct Roots {
  double re[kPoints];
  double im[kPoints];
};

const Roots& roots() {
  static const Roots table = [] {
    Roots r;
    for (int64_t j = 0; j < kPoints; ++j) {
      const double angle = 6.283185307179586476925 * static_cast<double>(j) / kPoints;
      r.re[j] = __builtin_cos(angle);
      r.im[j] = -__builtin_sin(angle);
    }
    return r;
  }();
  return table;
}

inline Complexes times_root(Complexes a, const Roots& r, int64_t j) {
  return {a.re * r.re[j] - a.im * r.im[j], a.re * r.im[j] + a.im * r.re[j]};
}

/**
 * One Stockham step: transforms of length n = R * m become R interleaved ones of length m; s of them lie side by
 * side. to[s (R p + q) + k] = root^(p q) * sum over j of from[s (p + m j) + k] * e^(-2 pi i j q / R).
 */
template <int R>
void radix_step(const Complexes* from, Complexes* to, int64_t n, int64_t s) {
  const Roots& r = roots();
  const int64_t m = n / R;
  for (int64_t p = 0; p < m; ++p) {
    for (int64_t k = 0; k < s; ++k) {
      Complexes x[R];
      for (int j = 0; j < R; ++j) {
        x[j] = from[s * (p + m * j) + k];
      }
      for (int q = 0; q < R; ++q) {
        Complexes y = x[0];
        for (int j = 1; j < R; ++j) {
          const Complexes z = times_root(x[j], r, kPoints / R * (j * q % R));
          y.re += z.re;
          y.im += z.im;
        }
        to[s * (R * p + q) + k] = times_root(y, r, kPoints / n * p * q);
      }
    }
  }
}

void power_spectra(const double* frames, double* power, void* work) {
  Complexes* a = static_cast<Complexes*>(work);
  Complexes* b = a + kPoints;
  for (int64_t i = 0; i < kPoints; ++i) {
    __builtin_memcpy(&a[i].re, frames + i * 16, sizeof(Eight));
    __builtin_memcpy(&a[i].im, frames + i * 16 + 8, sizeof(Eight));
  }
  radix_step<5>(a, b, 400, 1);
  radix_step<5>(b, a, 80, 5);
  radix_step<4>(a, b, 16, 25);
  radix_step<4>(b, a, 4, 100);
  // The spectra of two real signals x + i y: X = (Z[k] + conj Z[-k]) / 2, Y = (Z[k] - conj Z[-k]) / 2i.
  for (int64_t k = 0; k < kBins; ++k) {
    const Complexes z = a[k];
    const Complexes w = a[(kPoints - k) % kPoints];
    const Eight xr = z.re + w.re, xi = z.im - w.im, yr = z.im + w.im, yi = w.re - z.re;
    const Eight px = (xr * xr + xi * xi) * 0.25, py = (yr * yr + yi * yi) * 0.25;
    __builtin_memcpy(power + k * 16, &px, sizeof px);
    __builtin_memcpy(power + k * 16 + 8, &py, sizeof py);
  }
}

}  // namespace
}  // namespace fw

#pragma once

#include <stdint.h>

namespace fw {

/** Of a real transform of 512 points, done as a complex one of half the length. */
constexpr int32_t kSpectrumSamples = 512;
constexpr int32_t kSpectrumHalf = kSpectrumSamples / 2;
/** Frames that are transformed side by side: one value of each lies beside those of the others. */
constexpr int32_t kSpectrumFrames = 8;

struct SpectrumTables {
  /** Hann's window. */
  float window[kSpectrumSamples];
  /** exp(-2 pi i k / kSpectrumSamples). */
  float cos[kSpectrumHalf];
  float sin[kSpectrumHalf];
  /** Where the values of the complex transform begin. */
  int32_t reversed[kSpectrumHalf];
};

/**
 * |DFT|^2 of windowed frames: power [kSpectrumHalf + 1][kSpectrumFrames] of frames [kSpectrumSamples][kSpectrumFrames],
 * with work [2][kSpectrumHalf][kSpectrumFrames]. Compiled once for each instruction set; every one gives the same bits.
 */
using SpectrumKernel = void (*)(const SpectrumTables& tables, const float* frames, float* work, float* power);

void power_spectra_baseline(const SpectrumTables& tables, const float* frames, float* work, float* power);
/** For processors with AVX2. */
void power_spectra_avx2(const SpectrumTables& tables, const float* frames, float* work, float* power);

}  // namespace fw

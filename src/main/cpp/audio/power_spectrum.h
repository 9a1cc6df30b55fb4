#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "audio/spectrum_kernels.h"

namespace fw {

/**
 * Power spectra of eight Hann-windowed frames of 512 samples at a time. The frames lie beside each other, so that every
 * step is one of vectors on any processor. Floor: about 12,000 operations and 2 KiB read a frame, 0.4 microseconds on
 * one core with AVX2. Used by one thread at a time.
 */
class PowerSpectrum {
 public:
  static constexpr int32_t kSamples = kSpectrumSamples;
  static constexpr int32_t kBins = kSpectrumHalf + 1;
  static constexpr int32_t kFrames = kSpectrumFrames;
  /** One value of each of the frames. */
  using Lanes = std::array<float, kFrames>;

  /** With the widest kernel that this processor has, or the baseline's. */
  explicit PowerSpectrum(bool widest = true);

  /** |DFT|^2 [kBins] of the frames [kSamples]; valid until the next call. A full-scale sine has about 2^14 at its bin.
   */
  const std::vector<Lanes>& of(const std::vector<Lanes>& frames);

 private:
  SpectrumKernel kernel_;
  SpectrumTables tables_;
  std::vector<Lanes> work_;
  std::vector<Lanes> power_;
};

}  // namespace fw

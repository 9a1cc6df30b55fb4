#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace fw {

/**
 * Power spectra of eight Hann-windowed frames of 512 samples at a time: a real transform as a complex one of half the
 * length. The frames lie beside each other, so that every step is one of vectors on any processor. Floor: about 12,000
 * operations and 2 KiB read a frame; 1 microsecond a frame on one core. Used by one thread at a time.
 */
class PowerSpectrum {
 public:
  static constexpr int32_t kSamples = 512;
  static constexpr int32_t kBins = kSamples / 2 + 1;
  static constexpr int32_t kFrames = 8;
  /** One value of each of the frames. */
  using Lanes = std::array<float, kFrames>;

  PowerSpectrum();

  /** |DFT|^2 [kBins] of the frames [kSamples]; valid until the next call. A full-scale sine has about 2^14 at its bin.
   */
  const std::vector<Lanes>& of(const std::vector<Lanes>& frames);

 private:
  static constexpr int32_t kHalf = kSamples / 2;

  void transform();

  std::array<float, kSamples> hann_;
  /** exp(-2 pi i k / kSamples). */
  std::array<float, kHalf> cos_;
  std::array<float, kHalf> sin_;
  std::array<int32_t, kHalf> reversed_;
  std::vector<Lanes> re_;
  std::vector<Lanes> im_;
  std::vector<Lanes> power_;
};

}  // namespace fw

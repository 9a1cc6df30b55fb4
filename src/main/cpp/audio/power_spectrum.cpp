#include "audio/power_spectrum.h"

#include <cmath>
#include <numbers>

namespace fw {
namespace {

SpectrumKernel widest_kernel() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return power_spectra_avx2;
#endif
  return power_spectra_baseline;
}

}  // namespace

PowerSpectrum::PowerSpectrum(bool widest)
    : kernel_(widest ? widest_kernel() : power_spectra_baseline), work_(2 * kSpectrumHalf), power_(kBins) {
  for (int32_t i = 0; i != kSamples; ++i) {
    tables_.window[i] = static_cast<float>(0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * i / kSamples));
  }
  for (int32_t k = 0; k != kSpectrumHalf; ++k) {
    const double angle = -2.0 * std::numbers::pi * k / kSamples;
    tables_.cos[k] = static_cast<float>(std::cos(angle));
    tables_.sin[k] = static_cast<float>(std::sin(angle));
  }
  tables_.reversed[0] = 0;
  for (int32_t i = 1; i != kSpectrumHalf; ++i) {
    tables_.reversed[i] = tables_.reversed[i / 2] / 2 + (i % 2 == 1 ? kSpectrumHalf / 2 : 0);
  }
}

const std::vector<PowerSpectrum::Lanes>& PowerSpectrum::of(const std::vector<Lanes>& frames) {
  kernel_(tables_, frames.front().data(), work_.front().data(), power_.front().data());
  return power_;
}

}  // namespace fw

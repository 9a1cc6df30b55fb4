#include "audio/power_spectrum.h"

#include <cmath>
#include <numbers>

namespace fw {

PowerSpectrum::PowerSpectrum() : re_(kHalf), im_(kHalf), power_(kBins) {
  for (int32_t i = 0; i != kSamples; ++i) {
    hann_[i] = static_cast<float>(0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * i / kSamples));
  }
  for (int32_t k = 0; k != kHalf; ++k) {
    const double angle = -2.0 * std::numbers::pi * k / kSamples;
    cos_[k] = static_cast<float>(std::cos(angle));
    sin_[k] = static_cast<float>(std::sin(angle));
  }
  reversed_[0] = 0;
  for (int32_t i = 1; i != kHalf; ++i) reversed_[i] = reversed_[i / 2] / 2 + (i % 2 == 1 ? kHalf / 2 : 0);
}

/** In-place decimation in time of the values, which are in bit-reversed order. */
void PowerSpectrum::transform() {
  for (int32_t size = 2; size <= kHalf; size *= 2) {
    const int32_t half = size / 2;
    const int32_t stride = kSamples / size;
    for (int32_t k = 0; k != half; ++k) {
      const float c = cos_[k * stride];
      const float s = sin_[k * stride];
      for (int32_t low = k; low < kHalf; low += size) {
        const int32_t high = low + half;
        for (int32_t f = 0; f != kFrames; ++f) {
          const float re = re_[high][f] * c - im_[high][f] * s;
          const float im = re_[high][f] * s + im_[high][f] * c;
          re_[high][f] = re_[low][f] - re;
          im_[high][f] = im_[low][f] - im;
          re_[low][f] += re;
          im_[low][f] += im;
        }
      }
    }
  }
}

const std::vector<PowerSpectrum::Lanes>& PowerSpectrum::of(const std::vector<Lanes>& frames) {
  for (int32_t i = 0; i != kHalf; ++i) {
    for (int32_t f = 0; f != kFrames; ++f) {
      re_[reversed_[i]][f] = frames[2 * i][f] * hann_[2 * i];
      im_[reversed_[i]][f] = frames[2 * i + 1][f] * hann_[2 * i + 1];
    }
  }
  transform();
  for (int32_t f = 0; f != kFrames; ++f) {
    power_[0][f] = (re_[0][f] + im_[0][f]) * (re_[0][f] + im_[0][f]);
    power_[kHalf][f] = (re_[0][f] - im_[0][f]) * (re_[0][f] - im_[0][f]);
  }
  for (int32_t k = 1; k != kHalf; ++k) {
    for (int32_t f = 0; f != kFrames; ++f) {
      // With a and b the values at k and at kHalf - k, the even samples' transform is (a + conj b) / 2, the odd ones'
      // (a - conj b) / 2i.
      const float even_re = 0.5f * (re_[k][f] + re_[kHalf - k][f]);
      const float even_im = 0.5f * (im_[k][f] - im_[kHalf - k][f]);
      const float odd_re = 0.5f * (im_[k][f] + im_[kHalf - k][f]);
      const float odd_im = 0.5f * (re_[kHalf - k][f] - re_[k][f]);
      const float re = even_re + odd_re * cos_[k] - odd_im * sin_[k];
      const float im = even_im + odd_re * sin_[k] + odd_im * cos_[k];
      power_[k][f] = re * re + im * im;
    }
  }
  return power_;
}

}  // namespace fw

#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fw {

/**
 * Tells speech from everything else, frame by frame: the seam behind which a learned detector fits beside our own.
 * An implementation is immutable and may be used by several threads at a time.
 */
class SpeechDetector {
 public:
  virtual ~SpeechDetector() = default;

  /** Samples between two frames. Frame f stands for the samples [f * hop, (f + 1) * hop). */
  virtual int32_t hop_samples() const noexcept = 0;

  /**
   * Probability of speech, 0 to 1, of each of the ceil(n / hop) frames of samples [n], 16 kHz mono in [-1, 1]. The
   * whole of the samples may be looked at for each frame.
   */
  virtual std::vector<float> detect(std::span<const float> samples) const = 0;
};

}  // namespace fw

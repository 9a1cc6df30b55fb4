#pragma once

#include "audio/speech_detector.h"

namespace fw {

/**
 * The detector that is built in: speech stands out of its surroundings in many bands of the spectrum at a time, and
 * unevenly.
 *
 * Each of 15 bands from 100 Hz to 7 kHz follows its own noise floor: the least smoothed power within four seconds to
 * both sides. What does not change, however loud, is therefore floor: noise, hum, a held tone. A frame's evidence is
 * the mean over the bands of what rises above the floor, each band limited, so that a beep (one or two bands) has
 * little of it; a frame whose spectrum is flat (a burst of white noise, a click) has none. Evidence is made a
 * probability by a logistic curve whose middle is the evidence that speech 5 dB above noise still has.
 *
 * Floor of the work: one transform of 512 samples a frame, about 0.6 s for an hour of sound on one core.
 */
class SpectralSpeechDetector final : public SpeechDetector {
 public:
  int32_t hop_samples() const noexcept override;
  std::vector<float> detect(std::span<const float> samples) const override;
};

}  // namespace fw

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fw {

/** What the gates let through. */
struct DecodedText {
  /** Sampled tokens without end-of-text; empty where the window is silent. */
  std::vector<int32_t> tokens;
  /** Log-probability of each token when it was sampled. */
  std::vector<float> logprobs;
  std::string language;
  float language_probability = 1.0f;
  float avg_logprob = 0.0f;
  float compression_ratio = 0.0f;
  float no_speech_probability = 0.0f;
  float temperature = 0.0f;
};

}  // namespace fw

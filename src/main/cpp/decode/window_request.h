#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fastwhisper.h"

namespace fw {

class Vocabulary;

/** What a window's decoding is held to: fw_window_params, checked, with texts turned into tokens. */
struct DecodeOptions {
  /** Language code; empty where the model is to detect it. */
  std::string language;
  fw_task task = FW_TASK_TRANSCRIBE;
  /** Hotwords and the text that went before, at most half of the text context less one. */
  std::vector<int32_t> previous_tokens;
  int32_t beam_size = 1;
  /** In the order they are tried; at least one. */
  std::vector<float> temperatures = {0.0f};
  float max_compression_ratio = 0.0f;
  float min_avg_logprob = 0.0f;
  float min_cue_logprob = 0.0f;
  float max_no_speech_probability = 1.0f;
  bool timestamps = true;
  bool words = true;
  int32_t max_tokens = 0;
  bool force_length = false;
};

/** One window on its way into a lane. */
struct WindowRequest {
  int64_t tag = 0;
  DecodeOptions options;
  /** The spans' samples, joined: 1 to FW_WINDOW_MAX_SAMPLES, 16 kHz mono. */
  std::vector<float> samples;
  /** Where they lie in the caller's PCM; together as long as samples. */
  std::vector<fw_span> spans;
};

/**
 * Checks params against a model's vocabulary, its text context and the widest beam of the lane. Throws
 * FW_STATUS_INVALID_ARGUMENT with what, value and range.
 */
DecodeOptions read_options(const fw_window_params& params, const Vocabulary& vocabulary, int32_t n_text_ctx,
                           int32_t max_beam);

/**
 * Copies the spans of pcm. Throws FW_STATUS_INVALID_ARGUMENT where there is no span or no sample, where spans lie
 * outside the PCM, overlap or fall, are longer than a window together, and where a sample is not a finite number.
 */
WindowRequest make_request(const fw_window_params& params, DecodeOptions options, const float* pcm, int64_t n_samples,
                           const fw_span* spans, int32_t n_spans);

}  // namespace fw

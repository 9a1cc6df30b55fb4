#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "audio/speech_detector.h"
#include "fastwhisper.h"

namespace fw {

/** What one encoder pass sees: spans of the PCM in rising order that do not overlap, joined without a gap. */
using WindowSpans = std::vector<fw_span>;

/**
 * Finds the speech in pcm and packs it into windows of at most params.max_window_ms (see fw_window_plan_create). Every
 * sample of a stretch of speech is in exactly one span; silence farther than params.pad_ms from speech is in none.
 * With params.detect == 0 the whole of pcm is taken as one stretch. Throws fw::Error for parameters out of range.
 */
std::vector<WindowSpans> plan_windows(std::span<const float> pcm, const fw_speech_params& params,
                                      const SpeechDetector& detector);

/** The same with the detector that is built in. */
std::vector<WindowSpans> plan_windows(std::span<const float> pcm, const fw_speech_params& params);

/** Samples of all spans together. */
int64_t window_samples(std::span<const fw_span> spans);

/**
 * Where a sample of the window lies in the PCM. The place between two spans (the last sample's end of one, the first
 * sample of the next) belongs to the next span; with is_end it belongs to the span that ends there, so that an end of
 * a word never jumps over the silence that was left out. Places before and behind the window are held to its ends.
 */
int64_t source_sample(std::span<const fw_span> spans, int64_t window_sample, bool is_end = false);

}  // namespace fw

#include "audio/window_plan.h"

#include <cmath>
#include <memory>
#include <string>

#include "abi/guard.h"
#include "abi/handles.h"
#include "audio/border.h"
#include "fastwhisper.h"

namespace {

std::span<const float> checked_pcm(const float* pcm, int64_t n_samples) {
  if (n_samples < 1) {
    throw fw::Error(FW_STATUS_INVALID_ARGUMENT,
                    "n_samples is " + std::to_string(n_samples) + "; it must be at least 1");
  }
  const std::span<const float> samples(&fw::required(pcm, "pcm"), static_cast<size_t>(n_samples));
  for (size_t s = 0; s != samples.size(); ++s) {
    if (!std::isfinite(samples[s])) {
      throw fw::Error(FW_STATUS_INVALID_ARGUMENT, "sample " + std::to_string(s) + " is " + std::to_string(samples[s]) +
                                                      "; samples must be finite numbers");
    }
  }
  return samples;
}

/** Samples [from_sample, to_sample) of the PCM; empty where both are the same. */
std::span<const float> checked_stretch(const float* pcm, int64_t n_samples, int64_t from_sample, int64_t to_sample) {
  if (from_sample < 0 || to_sample > n_samples || from_sample > to_sample) {
    throw fw::Error(FW_STATUS_INVALID_ARGUMENT,
                    "the stretch is " + std::to_string(from_sample) + " to " + std::to_string(to_sample) +
                        "; it must rise and lie in the PCM, which has " + std::to_string(n_samples) + " samples");
  }
  if (from_sample == to_sample) return {};
  return checked_pcm(&fw::required(pcm, "pcm") + from_sample, to_sample - from_sample);
}

}  // namespace

extern "C" fw_speech_params fw_speech_default_params(void) {
  return {.detect = 1,
          .min_silence_ms = 500,
          .min_speech_ms = 60,
          .pad_ms = 400,
          .max_window_ms = 25000,
          .threshold = 0.5f};
}

extern "C" fw_status fw_window_plan_create(const float* pcm, int64_t n_samples, const fw_speech_params* params,
                                           fw_window_plan** plan) {
  return fw::guard([&] {
    const fw_speech_params& given = fw::required(params, "params");
    fw_window_plan*& handle = fw::required(plan, "plan");
    auto made = std::make_unique<fw_window_plan>();
    made->windows = fw::plan_windows(checked_pcm(pcm, n_samples), given);
    handle = made.release();
  });
}

extern "C" int32_t fw_window_plan_count(const fw_window_plan* plan) {
  return plan == nullptr ? 0 : static_cast<int32_t>(plan->windows.size());
}

extern "C" const fw_span* fw_window_plan_spans(const fw_window_plan* plan, int32_t index, int32_t* n_spans) {
  if (index < 0 || index >= fw_window_plan_count(plan) || n_spans == nullptr) return nullptr;
  const fw::WindowSpans& spans = plan->windows[static_cast<size_t>(index)];
  *n_spans = static_cast<int32_t>(spans.size());
  return spans.data();
}

extern "C" void fw_window_plan_close(fw_window_plan** plan) { fw::close_handle(plan); }

extern "C" fw_status fw_border_find(const float* pcm, int64_t n_samples, int64_t from_sample, int64_t to_sample,
                                    int64_t* at_sample) {
  return fw::guard([&] {
    int64_t& at = fw::required(at_sample, "at_sample");
    at = from_sample + fw::find_border(checked_stretch(pcm, n_samples, from_sample, to_sample));
  });
}

extern "C" fw_status fw_pause_find(const float* pcm, int64_t n_samples, int64_t from_sample, int64_t to_sample,
                                   int64_t* first_sample, int64_t* end_sample) {
  return fw::guard([&] {
    int64_t& first = fw::required(first_sample, "first_sample");
    int64_t& end = fw::required(end_sample, "end_sample");
    const fw::Pause pause = fw::find_pause(checked_stretch(pcm, n_samples, from_sample, to_sample));
    first = from_sample + pause.first;
    end = from_sample + pause.end;
  });
}

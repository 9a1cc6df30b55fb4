#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fastwhisper.h"

namespace fw {

/** Closes handles at the end of a test. */
struct HandleCloser {
  void operator()(fw_model* handle) const { fw_model_close(&handle); }
  void operator()(fw_lane* handle) const { fw_lane_close(&handle); }
  void operator()(fw_window_plan* handle) const { fw_window_plan_close(&handle); }
  void operator()(fw_result* handle) const { fw_result_close(&handle); }
};
using ModelHandle = std::unique_ptr<fw_model, HandleCloser>;
using LaneHandle = std::unique_ptr<fw_lane, HandleCloser>;
using PlanHandle = std::unique_ptr<fw_window_plan, HandleCloser>;
using ResultHandle = std::unique_ptr<fw_result, HandleCloser>;

/** A model file, NULL where it cannot be opened. */
ModelHandle open_model(const std::string& path, fw_precision precision = FW_PRECISION_F32);
/** The bundled model, opened once for a test program. */
fw_model* bundled_model_handle();
LaneHandle open_lane(fw_model* model, const fw_lane_params& params);
/** A lane of so many places, with a beam of at most 5. */
LaneHandle open_lane(fw_model* model, int32_t batch);

/** A window that waits for a lane. */
struct WindowCase {
  fw_window_params params = fw_window_default_params();
  std::vector<float> pcm;
  std::vector<fw_span> spans;
};
/** The whole of pcm in one span. */
WindowCase whole_window(std::vector<float> pcm, int64_t tag = 0);

fw_status submit(fw_lane* lane, const WindowCase& window);
/** The next finished window; fails the test where the lane has none. */
ResultHandle wait_for_result(fw_lane* lane);

fw_result_info describe(const fw_result* result);
/** The texts of all cues, joined by blanks. */
std::string text_of(const fw_result* result);
/** All that a result says but its tag and the time it took, as text: equal texts are equal results, bit by bit. */
std::string fingerprint(const fw_result* result);

/** Runs all windows through a lane, and gives the results in the order of the windows; sets their tags. */
std::vector<ResultHandle> transcribe(fw_lane* lane, std::vector<WindowCase> windows);

/** n_samples of a tone, of white noise (the same in each run), or of nothing. */
std::vector<float> tone(int64_t n_samples, double hertz, double amplitude);
std::vector<float> noise(int64_t n_samples, double amplitude);
std::vector<float> silence(int64_t n_samples);

}  // namespace fw

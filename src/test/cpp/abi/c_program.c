/* Compiled as C11: the header needs no C++, and this is how it is used. */
#include "abi/c_program.h"

#include <inttypes.h>
#include <stdio.h>

#include "fastwhisper.h"

static fw_status take_finished(fw_lane* lane, int32_t timeout_ms, char* text, size_t size, size_t* length,
                               int32_t* n_done) {
  fw_result* result = NULL;
  fw_result_info info;
  int32_t c;
  fw_status status = fw_lane_poll(lane, timeout_ms, &result);
  if (status != FW_STATUS_OK) return status;
  status = fw_result_describe(result, &info);
  if (status == FW_STATUS_OK) status = info.status;
  for (c = 0; status == FW_STATUS_OK && c != info.n_cues; ++c) {
    const fw_cue* cue = &fw_result_cues(result)[c];
    const int n =
        snprintf(text + *length, size - *length, "%" PRId64 " %" PRId64 " %s\n", cue->start_ms, cue->end_ms, cue->text);
    if (n > 0 && (size_t)n < size - *length) *length += (size_t)n;
  }
  ++*n_done;
  fw_result_close(&result);
  return status;
}

static fw_status run_plan(fw_lane* lane, const fw_window_plan* plan, const float* pcm, int64_t n_samples, char* text,
                          size_t size) {
  const int32_t n_windows = fw_window_plan_count(plan);
  int32_t n_submitted = 0;
  int32_t n_done = 0;
  size_t length = 0;
  fw_status status = FW_STATUS_OK;
  while (n_done != n_windows && (status == FW_STATUS_OK || status == FW_STATUS_AGAIN)) {
    if (n_submitted != n_windows && fw_lane_free_places(lane) > 0) {
      fw_window_params params = fw_window_default_params();
      int32_t n_spans = 0;
      const fw_span* spans = fw_window_plan_spans(plan, n_submitted, &n_spans);
      params.tag = n_submitted;
      status = fw_lane_submit(lane, &params, pcm, n_samples, spans, n_spans);
      if (status == FW_STATUS_OK) ++n_submitted;
    } else {
      status = take_finished(lane, 1000, text, size, &length, &n_done);
    }
  }
  return status;
}

int32_t transcribe_in_c(const char* model_path, const float* pcm, int64_t n_samples, char* text, size_t size) {
  fw_model_params model_params = fw_model_default_params();
  fw_lane_params lane_params = fw_lane_default_params();
  fw_speech_params speech_params = fw_speech_default_params();
  fw_model* model = NULL;
  fw_lane* lane = NULL;
  fw_window_plan* plan = NULL;
  fw_status status;
  text[0] = '\0';
  model_params.path = model_path;
  lane_params.batch = 2;
  status = fw_model_open(&model_params, &model);
  if (status == FW_STATUS_OK) status = fw_lane_open(model, &lane_params, &lane);
  if (status == FW_STATUS_OK) status = fw_window_plan_create(pcm, n_samples, &speech_params, &plan);
  if (status == FW_STATUS_OK) status = run_plan(lane, plan, pcm, n_samples, text, size);
  fw_window_plan_close(&plan);
  fw_lane_close(&lane);
  fw_model_close(&model);
  return status;
}

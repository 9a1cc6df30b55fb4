#include "decode/lane.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <thread>
#include <utility>

#include "abi/guard.h"
#include "abi/handles.h"
#include "fastwhisper.h"
#include "model/device_network.h"

namespace {

constexpr int32_t max_threads = 1024;

void check_range(const char* what, int32_t value, int32_t least, int32_t most) {
  if (value < least || value > most) {
    throw fw::Error(FW_STATUS_INVALID_ARGUMENT, std::string(what) + " is " + std::to_string(value) +
                                                    "; it must be from " + std::to_string(least) + " to " +
                                                    std::to_string(most));
  }
}

fw::Lane& lane_of(const fw_lane* lane) { return *fw::required(lane, "lane").lane; }

}  // namespace

extern "C" fw_lane_params fw_lane_default_params(void) {
  return {.batch = 8, .max_beam = 5, .n_threads = 0, .queue = 8, .use_streams = 1, .eight_bit_audio = 0};
}

extern "C" fw_window_params fw_window_default_params(void) {
  return {.tag = 0,
          .language = nullptr,
          .task = FW_TASK_TRANSCRIBE,
          .prompt = nullptr,
          .hotwords = nullptr,
          .beam_size = 1,
          .temperatures = {0.0f, 0.2f, 0.4f, 0.6f, 0.8f, 1.0f},
          .n_temperatures = 6,
          .max_compression_ratio = 2.4f,
          .min_avg_logprob = -1.0f,
          .min_cue_logprob = -1.0f,
          .max_no_speech_probability = 0.6f,
          .timestamps = 1,
          .words = 1,
          .max_tokens = 0,
          .force_length = 0};
}

extern "C" fw_status fw_lane_open(fw_model* model, const fw_lane_params* params, fw_lane** lane) {
  return fw::guard([&] {
    const fw_lane_params& given = fw::required(params, "params");
    fw_lane*& handle = fw::required(lane, "lane");
    check_range("batch", given.batch, 1, 256);
    check_range("max_beam", given.max_beam, 1, 16);
    check_range("n_threads", given.n_threads, 0, max_threads);
    check_range("queue", given.queue, 0, 256);
    check_range("use_streams", given.use_streams, 0, 1);
    check_range("eight_bit_audio", given.eight_bit_audio, 0, 1);
    const int32_t hardware_threads =
        std::clamp<int32_t>(static_cast<int32_t>(std::thread::hardware_concurrency()), 1, max_threads);

    auto opened = std::make_unique<fw_lane>();
    opened->model = fw::required(model, "model").model;
    const fw::LaneLimits limits{.batch = given.batch, .max_beam = given.max_beam, .queue = given.queue};
    const int32_t n_threads = given.n_threads == 0 ? hardware_threads : given.n_threads;
    fw::NetworkLimits network_limits = fw::network_limits(limits, n_threads);
    network_limits.use_streams = given.use_streams != 0;
    network_limits.eight_bit_audio = given.eight_bit_audio != 0;
    opened->lane = std::make_unique<fw::Lane>(fw::make_network(opened->model, network_limits),
                                              opened->model->vocabulary(), opened->model->shape().n_text_ctx, limits);
    handle = opened.release();
  });
}

extern "C" void fw_lane_close(fw_lane** lane) { fw::close_handle(lane); }

extern "C" fw_status fw_lane_submit(fw_lane* lane, const fw_window_params* params, const float* pcm, int64_t n_samples,
                                    const fw_span* spans, int32_t n_spans) {
  return fw::guard([&]() -> fw_status {
    fw::Lane& to = lane_of(lane);
    const fw_window_params& given = fw::required(params, "params");
    fw::required(pcm, "pcm");
    fw::required(spans, "spans");
    fw::DecodeOptions options =
        fw::read_options(given, lane->model->vocabulary(), lane->model->shape().n_text_ctx, to.limits().max_beam);
    fw::WindowRequest request = fw::make_request(given, std::move(options), pcm, n_samples, spans, n_spans);
    return to.submit(std::move(request)) ? FW_STATUS_OK : FW_STATUS_AGAIN;
  });
}

extern "C" fw_status fw_lane_poll(fw_lane* lane, int32_t timeout_ms, fw_result** result) {
  return fw::guard([&]() -> fw_status {
    fw::Lane& from = lane_of(lane);
    fw_result*& handle = fw::required(result, "result");
    check_range("timeout_ms", timeout_ms, 0, INT32_MAX);
    // Memory for the handle comes first, so that no window is lost where there is none.
    auto taken = std::make_unique<fw_result>();
    auto finished = from.poll(std::chrono::milliseconds(timeout_ms));
    if (!finished) return FW_STATUS_AGAIN;
    taken->result = std::move(*finished);
    if (fw::guard([&] { fw::fill_views(*taken); }) != FW_STATUS_OK) fw::drop_views(*taken);
    handle = taken.release();
    return FW_STATUS_OK;
  });
}

extern "C" int32_t fw_lane_free_places(const fw_lane* lane) {
  int32_t n_places = 0;
  fw::guard([&] { n_places = lane_of(lane).free_places(); });
  return n_places;
}

extern "C" fw_status fw_lane_cancel(fw_lane* lane, int64_t tag) {
  return fw::guard([&] { lane_of(lane).cancel(tag); });
}

#include "abi/engine_case.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <sstream>

#include "base/random.h"
#include "golden_data/golden_data.h"

namespace fw {

ModelHandle open_model(const std::string& path, fw_precision precision) {
  fw_model_params params = fw_model_default_params();
  params.path = path.c_str();
  params.precision = precision;
  fw_model* model = nullptr;
  EXPECT_EQ(fw_model_open(&params, &model), FW_STATUS_OK) << fw_last_error();
  return ModelHandle(model);
}

fw_model* bundled_model_handle() {
  static const ModelHandle model = [] {
    const std::string path = repository_path("models/ggml-demo.en-q8_0.bin");
    fw_model_params params = fw_model_default_params();
    params.path = path.c_str();
    params.precision = FW_PRECISION_F32;
    params.alignment_heads = "2:0,2:1,2:2,2:3";
    fw_model* handle = nullptr;
    EXPECT_EQ(fw_model_open(&params, &handle), FW_STATUS_OK) << fw_last_error();
    return ModelHandle(handle);
  }();
  return model.get();
}

LaneHandle open_lane(fw_model* model, const fw_lane_params& params) {
  fw_lane* lane = nullptr;
  EXPECT_EQ(fw_lane_open(model, &params, &lane), FW_STATUS_OK) << fw_last_error();
  return LaneHandle(lane);
}

LaneHandle open_lane(fw_model* model, int32_t batch) {
  fw_lane_params params = fw_lane_default_params();
  params.batch = batch;
  return open_lane(model, params);
}

WindowCase whole_window(std::vector<float> pcm, int64_t tag) {
  WindowCase window;
  window.params.tag = tag;
  window.spans = {{0, static_cast<int64_t>(pcm.size())}};
  window.pcm = std::move(pcm);
  return window;
}

fw_status submit(fw_lane* lane, const WindowCase& window) {
  return fw_lane_submit(lane, &window.params, window.pcm.data(), static_cast<int64_t>(window.pcm.size()),
                        window.spans.data(), static_cast<int32_t>(window.spans.size()));
}

ResultHandle wait_for_result(fw_lane* lane) {
  fw_result* result = nullptr;
  const fw_status status = fw_lane_poll(lane, 300000, &result);
  EXPECT_EQ(status, FW_STATUS_OK) << fw_last_error();
  return ResultHandle(result);
}

fw_result_info describe(const fw_result* result) {
  fw_result_info info{};
  EXPECT_EQ(fw_result_describe(result, &info), FW_STATUS_OK) << fw_last_error();
  return info;
}

std::string text_of(const fw_result* result) {
  std::string text;
  for (int32_t c = 0; c != describe(result).n_cues; ++c) {
    if (!text.empty()) text += ' ';
    text += fw_result_cues(result)[c].text;
  }
  return text;
}

std::string fingerprint(const fw_result* result) {
  const fw_result_info info = describe(result);
  std::ostringstream out;
  out << std::hexfloat << info.status << ' ' << info.language << ' ' << info.language_probability << ' '
      << info.avg_logprob << ' ' << info.compression_ratio << ' ' << info.no_speech_probability << ' '
      << info.temperature << '\n';
  for (int32_t t = 0; t != info.n_tokens; ++t) out << fw_result_tokens(result)[t] << ' ';
  for (int32_t c = 0; c != info.n_cues; ++c) {
    const fw_cue& cue = fw_result_cues(result)[c];
    out << '\n'
        << cue.start_ms << ' ' << cue.end_ms << ' ' << cue.text << ' ' << cue.first_token << ' ' << cue.n_tokens << ' '
        << cue.first_word << ' ' << cue.n_words;
  }
  for (int32_t w = 0; w != info.n_words; ++w) {
    const fw_word& word = fw_result_words(result)[w];
    out << '\n'
        << word.start_ms << ' ' << word.end_ms << ' ' << word.probability << ' ' << word.cue << ' ' << word.text;
  }
  return out.str();
}

std::vector<ResultHandle> transcribe(fw_lane* lane, std::vector<WindowCase> windows) {
  std::vector<ResultHandle> results(windows.size());
  const auto take_one = [&] {
    ResultHandle result = wait_for_result(lane);
    if (result) results[static_cast<size_t>(describe(result.get()).tag)] = std::move(result);
  };
  size_t n_inside = 0;
  for (size_t w = 0; w != windows.size(); ++w) {
    windows[w].params.tag = static_cast<int64_t>(w);
    for (; fw_lane_free_places(lane) == 0; --n_inside) take_one();
    EXPECT_EQ(submit(lane, windows[w]), FW_STATUS_OK) << fw_last_error();
    ++n_inside;
  }
  for (; n_inside != 0; --n_inside) take_one();
  return results;
}

std::vector<float> tone(int64_t n_samples, double hertz, double amplitude) {
  std::vector<float> pcm(static_cast<size_t>(n_samples));
  for (size_t s = 0; s != pcm.size(); ++s) {
    pcm[s] = static_cast<float>(amplitude *
                                std::sin(2.0 * std::numbers::pi * hertz * static_cast<double>(s) / FW_SAMPLE_RATE_HZ));
  }
  return pcm;
}

std::vector<float> noise(int64_t n_samples, double amplitude) {
  std::vector<float> pcm(static_cast<size_t>(n_samples));
  SplitMix64 random(1);
  for (float& sample : pcm) sample = static_cast<float>(amplitude * (2.0 * random.next_unit() - 1.0));
  return pcm;
}

std::vector<float> silence(int64_t n_samples) { return std::vector<float>(static_cast<size_t>(n_samples), 0.0f); }

}  // namespace fw

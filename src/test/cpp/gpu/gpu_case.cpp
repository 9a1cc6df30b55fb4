#include "gpu/gpu_case.h"

#include <algorithm>
#include <thread>

#include "golden_data/golden_data.h"

namespace fw {
namespace {

/** More gain little, and are more than a container may have of its host's. */
constexpr unsigned most_threads = 16;

fw_status open_bundled(const char* device, fw_precision precision, fw_model** model) {
  const std::string path = repository_path("models/ggml-demo.en-q8_0.bin");
  fw_model_params params = fw_model_default_params();
  params.path = path.c_str();
  params.device = device;
  params.precision = precision;
  params.alignment_heads = "2:0,2:1,2:2,2:3";
  return fw_model_open(&params, model);
}

}  // namespace

int32_t oracle_threads() {
  return static_cast<int32_t>(std::clamp(std::thread::hardware_concurrency(), 1u, most_threads));
}

ModelHandle open_bundled_model(const char* device, fw_precision precision) {
  fw_model* model = nullptr;
  EXPECT_EQ(open_bundled(device, precision, &model), FW_STATUS_OK) << fw_last_error();
  return ModelHandle(model);
}

fw_status bundled_model_status(const char* device) {
  fw_model* model = nullptr;
  const fw_status status = open_bundled(device, FW_PRECISION_AUTO, &model);
  const ModelHandle closed(model);
  return status;
}

const std::vector<std::vector<float>>& talks() {
  static const std::vector<std::vector<float>> talks = [] {
    std::vector<std::vector<float>> all;
    for (const std::string& name : talk_names) all.push_back(golden_pcm(name + ".flac"));
    return all;
  }();
  return talks;
}

std::vector<std::span<const float>> windows_at_whole_seconds(std::span<const float> talk) {
  std::vector<std::span<const float>> windows;
  for (size_t first = 0; first + FW_SAMPLE_RATE_HZ <= talk.size(); first += FW_SAMPLE_RATE_HZ) {
    windows.push_back(talk.subspan(first, std::min(talk.size() - first, size_t{FW_WINDOW_MAX_SAMPLES})));
  }
  return windows;
}

}  // namespace fw

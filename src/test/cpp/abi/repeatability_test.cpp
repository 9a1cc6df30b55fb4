// A window's result depends on its samples, its parameters and the model alone.
#include <gtest/gtest.h>

#include <algorithm>

#include "abi/engine_case.h"
#include "golden_data/golden_data.h"

namespace fw {
namespace {

/** Pieces of a talk, each decoded in another way. */
std::vector<WindowCase> mixed_windows() {
  const std::vector<float> pcm = golden_pcm("water.flac");
  std::vector<WindowCase> windows;
  for (int64_t i = 0; i != 4; ++i) {
    WindowCase window = whole_window(pcm);
    window.spans = {{(3 + 7 * i) * FW_SAMPLE_RATE_HZ, (4 + i % 2) * FW_SAMPLE_RATE_HZ}};
    windows.push_back(std::move(window));
  }
  windows[1].params.beam_size = 5;
  windows[2].params.temperatures[0] = 0.8f;
  windows[2].params.n_temperatures = 1;
  windows[3].params.prompt = "A talk about water, and what people do with it.";
  windows[3].params.hotwords = "river, bucket";
  windows[3].params.timestamps = 0;
  return windows;
}

std::vector<std::string> fingerprints(const std::vector<ResultHandle>& results) {
  std::vector<std::string> all;
  for (const ResultHandle& result : results) all.push_back(fingerprint(result.get()));
  return all;
}

class Precision : public testing::TestWithParam<fw_precision> {
 protected:
  void SetUp() override {
    fw_model_params params = fw_model_default_params();
    const std::string path = repository_path("models/ggml-demo.en-q8_0.bin");
    params.path = path.c_str();
    params.precision = GetParam();
    params.alignment_heads = "2:0,2:1,2:2,2:3";
    fw_model* model = nullptr;
    const fw_status status = fw_model_open(&params, &model);
    if (status == FW_STATUS_UNSUPPORTED) GTEST_SKIP() << fw_last_error();
    ASSERT_EQ(status, FW_STATUS_OK) << fw_last_error();
    model_.reset(model);
  }

  LaneHandle lane(int32_t batch, int32_t n_threads) const {
    fw_lane_params params = fw_lane_default_params();
    params.batch = batch;
    params.n_threads = n_threads;
    return open_lane(model_.get(), params);
  }

  ModelHandle model_;
};

TEST_P(Precision, GivesTheSameResultsInAnyBatchPlaceThreadAndLane) {
  const std::vector<WindowCase> windows = mixed_windows();
  const std::vector<std::string> alone = fingerprints(transcribe(lane(1, 1).get(), windows));

  std::vector<WindowCase> backwards(windows.rbegin(), windows.rend());
  std::vector<std::string> three = fingerprints(transcribe(lane(3, 2).get(), backwards));
  std::reverse(three.begin(), three.end());
  EXPECT_EQ(three, alone);

  // Two lanes at a time on one model, each with every other window.
  const LaneHandle lanes[] = {lane(8, 1), lane(8, 2)};
  for (size_t w = 0; w != windows.size(); ++w) {
    WindowCase window = windows[w];
    window.params.tag = static_cast<int64_t>(w);
    ASSERT_EQ(submit(lanes[w % 2].get(), window), FW_STATUS_OK) << fw_last_error();
  }
  std::vector<std::string> eight(windows.size());
  for (size_t w = 0; w != windows.size(); ++w) {
    const ResultHandle result = wait_for_result(lanes[w % 2].get());
    eight[static_cast<size_t>(describe(result.get()).tag)] = fingerprint(result.get());
  }
  EXPECT_EQ(eight, alone);
}

INSTANTIATE_TEST_SUITE_P(Each, Precision, testing::Values(FW_PRECISION_F32, FW_PRECISION_BF16, FW_PRECISION_INT8),
                         [](const auto& precision) {
                           return std::string(precision.param == FW_PRECISION_F32    ? "f32"
                                              : precision.param == FW_PRECISION_BF16 ? "bf16"
                                                                                     : "int8");
                         });

}  // namespace
}  // namespace fw

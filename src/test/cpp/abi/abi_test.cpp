// The C functions: every status that the header names, what a refusal says, who owns what.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <thread>

#include "abi/c_program.h"
#include "abi/engine_case.h"
#include "abi/guard.h"
#include "golden_data/golden_data.h"
#include "model_maker/model_maker.h"

namespace fw {
namespace {

constexpr int64_t second = FW_SAMPLE_RATE_HZ;

/** A talk's first seconds. */
std::vector<float> speech(int64_t n_seconds) {
  std::vector<float> pcm = golden_pcm("bread.flac");
  pcm.resize(static_cast<size_t>(n_seconds * second));
  return pcm;
}

TEST(Library, TellsItsVersions) {
  EXPECT_STREQ(fw_version(), FASTWHISPER_TEST_VERSION);
  EXPECT_EQ(fw_abi_version(), FW_ABI_VERSION);
}

TEST(Library, KeepsTheLastErrorOfEachThread) {
  fw_model_info info;
  ASSERT_EQ(fw_model_describe(nullptr, &info), FW_STATUS_INVALID_ARGUMENT);
  std::string elsewhere = "?";
  std::thread([&] { elsewhere = fw_last_error(); }).join();
  EXPECT_STREQ(fw_last_error(), "model is NULL");
  EXPECT_EQ(elsewhere, "");
}

TEST(Guard, TurnsWhatIsThrownIntoAStatus) {
  EXPECT_EQ(guard([] {}), FW_STATUS_OK);
  EXPECT_EQ(guard([]() -> fw_status { return FW_STATUS_AGAIN; }), FW_STATUS_AGAIN);
  EXPECT_EQ(guard([] { throw Error(FW_STATUS_DEVICE_LOST, "gone"); }), FW_STATUS_DEVICE_LOST);
  EXPECT_STREQ(fw_last_error(), "gone");
  EXPECT_EQ(guard([] { throw std::bad_alloc(); }), FW_STATUS_OUT_OF_MEMORY);
  EXPECT_STREQ(fw_last_error(), "out of host memory");
  EXPECT_EQ(guard([] { throw std::logic_error("wrong"); }), FW_STATUS_INTERNAL);
  EXPECT_STREQ(fw_last_error(), "wrong");
  EXPECT_EQ(guard([] { throw 7; }), FW_STATUS_INTERNAL);
  EXPECT_EQ(guard([] { throw Error(FW_STATUS_INTERNAL, std::string(5000, 'x')); }), FW_STATUS_INTERNAL);
  EXPECT_EQ(std::strlen(fw_last_error()), 1023u);
}

TEST(Devices, HaveTheCpuFirst) {
  ASSERT_GE(fw_device_count(), 1);
  fw_device_info info{};
  ASSERT_EQ(fw_device_describe(0, &info), FW_STATUS_OK) << fw_last_error();
  EXPECT_STREQ(info.id, "cpu");
  EXPECT_STRNE(info.name, "");
  EXPECT_STRNE(info.isa, "");
  EXPECT_NE(info.precision, FW_PRECISION_AUTO);
  EXPECT_GE(info.n_units, 1);
  EXPECT_GT(info.memory_bytes, 1 << 20);
  EXPECT_EQ(std::string(fw_cuda_status()).empty(), fw_device_count() > 1);
  EXPECT_EQ(fw_device_describe(fw_device_count(), &info), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(fw_device_describe(-1, &info), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(fw_device_describe(0, nullptr), FW_STATUS_INVALID_ARGUMENT);
}

/** Opens a model that must be refused; the handle is left as it was. */
fw_status refused_model(const fw_model_params& params) {
  fw_model* const untouched = reinterpret_cast<fw_model*>(&fw_version);
  fw_model* model = untouched;
  const fw_status status = fw_model_open(&params, &model);
  EXPECT_EQ(model, untouched);
  return status;
}

TEST(Model, IsRefusedWithTheReason) {
  const std::string path = repository_path("models/ggml-demo.en-q8_0.bin");
  fw_model_params params = fw_model_default_params();
  EXPECT_EQ(refused_model(params), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_STREQ(fw_last_error(), "params->path is NULL");
  params.path = "/nowhere/ggml-none.bin";
  EXPECT_EQ(refused_model(params), FW_STATUS_MODEL_FILE);
  EXPECT_NE(std::string(fw_last_error()).find("/nowhere/ggml-none.bin"), std::string::npos) << fw_last_error();
  params.path = path.c_str();
  params.device = "cuda:x";
  EXPECT_EQ(refused_model(params), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_NE(std::string(fw_last_error()).find("cuda:x"), std::string::npos) << fw_last_error();
  params.device = nullptr;
  params.precision = 17;
  EXPECT_EQ(refused_model(params), FW_STATUS_INVALID_ARGUMENT);
  params.precision = FW_PRECISION_F16;
  EXPECT_EQ(refused_model(params), FW_STATUS_UNSUPPORTED);
  params.precision = FW_PRECISION_F32;
  params.alignment_heads = "3:0";
  EXPECT_EQ(refused_model(params), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(fw_model_open(&params, nullptr), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(fw_model_open(nullptr, nullptr), FW_STATUS_INVALID_ARGUMENT);
}

TEST(Model, ThatIsTruncatedIsRefused) {
  const std::filesystem::path cut = std::filesystem::temp_directory_path() / "fastwhisper-abi-test-truncated.bin";
  {
    std::ifstream whole(repository_path("models/ggml-demo.en-q8_0.bin"), std::ios::binary);
    std::vector<char> begin(100000);
    whole.read(begin.data(), static_cast<std::streamsize>(begin.size()));
    std::ofstream(cut, std::ios::binary).write(begin.data(), static_cast<std::streamsize>(begin.size()));
  }
  fw_model_params params = fw_model_default_params();
  const std::string path = cut.string();
  params.path = path.c_str();
  EXPECT_EQ(refused_model(params), FW_STATUS_MODEL_FILE);
  std::filesystem::remove(cut);
}

TEST(Model, IsDescribed) {
  fw_model_info info{};
  ASSERT_EQ(fw_model_describe(bundled_model_handle(), &info), FW_STATUS_OK) << fw_last_error();
  EXPECT_EQ(info.n_vocab, 51864);
  EXPECT_EQ(info.n_audio_layer, 6);
  EXPECT_EQ(info.n_text_layer, 3);
  EXPECT_EQ(info.n_mels, 80);
  EXPECT_EQ(info.multilingual, 0);
  EXPECT_EQ(info.n_languages, 0);
  EXPECT_EQ(info.n_alignment_heads, 4);
  EXPECT_EQ(info.precision, FW_PRECISION_F32);
  EXPECT_STREQ(info.file_type, "q8_0");
  EXPECT_GT(info.weights_bytes, 21'000'000);
  EXPECT_STRNE(info.implementation, "");
}

TEST(Handles, AreForgottenWhenTheyAreClosed) {
  const std::string path = (std::filesystem::temp_directory_path() / "fastwhisper-abi-test-small.bin").string();
  make_model({.shape = small_shape(51864, 80), .type = StoredType::f32, .scale = 1.0f, .tokens = {}, .script = {}})
      .write(path);
  ModelHandle model = open_model(path);
  std::filesystem::remove(path);
  fw_lane* lane = open_lane(model.get(), 1).release();
  fw_model* handle = model.release();
  fw_lane_close(&lane);
  fw_model_close(&handle);
  EXPECT_EQ(lane, nullptr);
  EXPECT_EQ(handle, nullptr);
  fw_lane_close(&lane);
  fw_lane_close(nullptr);
  fw_model_close(&handle);
  fw_model_close(nullptr);
  fw_window_plan_close(nullptr);
  fw_result_close(nullptr);
}

TEST(WindowPlan, HasTheSpansOfSpeechAndNoneOfSilence) {
  const fw_speech_params params = fw_speech_default_params();
  const std::vector<float> pcm = speech(10);
  fw_window_plan* made = nullptr;
  ASSERT_EQ(fw_window_plan_create(pcm.data(), 10 * second, &params, &made), FW_STATUS_OK) << fw_last_error();
  const PlanHandle plan(made);
  ASSERT_GE(fw_window_plan_count(plan.get()), 1);
  int32_t n_spans = 0;
  EXPECT_NE(fw_window_plan_spans(plan.get(), 0, &n_spans), nullptr);
  EXPECT_GE(n_spans, 1);
  EXPECT_EQ(fw_window_plan_spans(plan.get(), fw_window_plan_count(plan.get()), &n_spans), nullptr);
  EXPECT_EQ(fw_window_plan_spans(plan.get(), -1, &n_spans), nullptr);

  const std::vector<float> nothing = silence(10 * second);
  ASSERT_EQ(fw_window_plan_create(nothing.data(), 10 * second, &params, &made), FW_STATUS_OK) << fw_last_error();
  const PlanHandle empty(made);
  EXPECT_EQ(fw_window_plan_count(empty.get()), 0);
}

TEST(WindowPlan, IsRefusedWithTheReason) {
  const fw_speech_params params = fw_speech_default_params();
  std::vector<float> pcm = silence(second);
  fw_window_plan* plan = nullptr;
  EXPECT_EQ(fw_window_plan_create(nullptr, second, &params, &plan), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_STREQ(fw_last_error(), "pcm is NULL");
  EXPECT_EQ(fw_window_plan_create(pcm.data(), 0, &params, &plan), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(fw_window_plan_create(pcm.data(), second, nullptr, &plan), FW_STATUS_INVALID_ARGUMENT);
  pcm[77] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(fw_window_plan_create(pcm.data(), second, &params, &plan), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_STREQ(fw_last_error(), "sample 77 is nan; samples must be finite numbers");
  EXPECT_EQ(plan, nullptr);
}

TEST(Border, LiesInTheStretch) {
  const std::vector<float> pcm = speech(10);
  int64_t at = -1;
  ASSERT_EQ(fw_border_find(pcm.data(), 10 * second, 3 * second, 8 * second, &at), FW_STATUS_OK) << fw_last_error();
  EXPECT_GE(at, 3 * second);
  EXPECT_LE(at, 8 * second);
  ASSERT_EQ(fw_border_find(pcm.data(), 10 * second, 5, 5, &at), FW_STATUS_OK);
  EXPECT_EQ(at, 5);
  EXPECT_EQ(fw_border_find(pcm.data(), 10 * second, 8 * second, 3 * second, &at), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(fw_border_find(pcm.data(), 10 * second, 0, 10 * second + 1, &at), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(fw_border_find(pcm.data(), 10 * second, -1, second, &at), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(fw_border_find(nullptr, 10 * second, 0, second, &at), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(at, 5) << "out parameters are left untouched";
}

TEST(Border, LiesInTheMiddleOfItsPause) {
  std::vector<float> pcm = speech(10);
  std::fill(pcm.begin() + 4 * second, pcm.begin() + 5 * second, 0.0f);
  int64_t first = -1;
  int64_t end = -1;
  int64_t at = -1;
  ASSERT_EQ(fw_pause_find(pcm.data(), 10 * second, 3 * second, 8 * second, &first, &end), FW_STATUS_OK);
  EXPECT_NEAR(static_cast<double>(first), 4.0 * second, 0.02 * second);
  EXPECT_NEAR(static_cast<double>(end), 5.0 * second, 0.02 * second);
  ASSERT_EQ(fw_border_find(pcm.data(), 10 * second, 3 * second, 8 * second, &at), FW_STATUS_OK);
  EXPECT_EQ(at, (first + end) / 2);
  EXPECT_EQ(fw_pause_find(pcm.data(), 10 * second, 8 * second, 3 * second, &first, &end), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(fw_pause_find(nullptr, 10 * second, 0, second, &first, &end), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(fw_pause_find(pcm.data(), 10 * second, 0, second, nullptr, &end), FW_STATUS_INVALID_ARGUMENT);
}

TEST(Lane, IsRefusedWithValueAndRange) {
  fw_lane* lane = nullptr;
  fw_lane_params params = fw_lane_default_params();
  const auto refused = [&] {
    EXPECT_EQ(fw_lane_open(bundled_model_handle(), &params, &lane), FW_STATUS_INVALID_ARGUMENT);
    params = fw_lane_default_params();
    return std::string(fw_last_error());
  };
  params.batch = 0;
  EXPECT_EQ(refused(), "batch is 0; it must be from 1 to 256");
  params.max_beam = 17;
  EXPECT_EQ(refused(), "max_beam is 17; it must be from 1 to 16");
  params.n_threads = -1;
  EXPECT_EQ(refused(), "n_threads is -1; it must be from 0 to 1024");
  params.queue = -1;
  EXPECT_EQ(refused(), "queue is -1; it must be from 0 to 256");
  params.use_streams = 2;
  EXPECT_EQ(refused(), "use_streams is 2; it must be from 0 to 1");
  EXPECT_EQ(fw_lane_open(nullptr, &params, &lane), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(fw_lane_open(bundled_model_handle(), nullptr, &lane), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(fw_lane_open(bundled_model_handle(), &params, nullptr), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(lane, nullptr);
}

TEST(Lane, RefusesAWindowWithTheReason) {
  const LaneHandle lane = open_lane(bundled_model_handle(), 1);
  const int32_t n_places = fw_lane_free_places(lane.get());
  WindowCase window = whole_window(speech(1));
  const fw_window_params params = window.params;
  const float* pcm = window.pcm.data();
  const fw_span* spans = window.spans.data();
  EXPECT_EQ(fw_lane_submit(nullptr, &params, pcm, second, spans, 1), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(fw_lane_submit(lane.get(), nullptr, pcm, second, spans, 1), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(fw_lane_submit(lane.get(), &params, nullptr, second, spans, 1), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(fw_lane_submit(lane.get(), &params, pcm, second, nullptr, 1), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(fw_lane_submit(lane.get(), &params, pcm, 0, spans, 1), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(fw_lane_submit(lane.get(), &params, pcm, second - 1, spans, 1), FW_STATUS_INVALID_ARGUMENT);
  window.params.language = "de";
  EXPECT_EQ(submit(lane.get(), window), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(fw_lane_free_places(lane.get()), n_places);
  EXPECT_EQ(fw_lane_free_places(nullptr), 0);
}

TEST(Lane, SaysAgainWhereItIsFullOrEmpty) {
  fw_lane_params params = fw_lane_default_params();
  params.batch = 1;
  params.queue = 0;
  const LaneHandle lane = open_lane(bundled_model_handle(), params);
  fw_result* result = nullptr;
  EXPECT_EQ(fw_lane_poll(lane.get(), 1000000, &result), FW_STATUS_AGAIN) << "and does not wait for what cannot come";
  EXPECT_EQ(fw_lane_poll(lane.get(), -1, &result), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(fw_lane_poll(lane.get(), 0, nullptr), FW_STATUS_INVALID_ARGUMENT);
  ASSERT_EQ(submit(lane.get(), whole_window(speech(1))), FW_STATUS_OK) << fw_last_error();
  EXPECT_EQ(fw_lane_free_places(lane.get()), 0);
  EXPECT_EQ(submit(lane.get(), whole_window(speech(1))), FW_STATUS_AGAIN);
  EXPECT_TRUE(wait_for_result(lane.get()));
  EXPECT_EQ(fw_lane_free_places(lane.get()), 1);
}

TEST(Lane, GivesCancelledWindowsBack) {
  const LaneHandle lane = open_lane(bundled_model_handle(), 1);
  for (int64_t tag : {1, 2, 2})
    ASSERT_EQ(submit(lane.get(), whole_window(speech(2), tag)), FW_STATUS_OK) << fw_last_error();
  ASSERT_EQ(fw_lane_cancel(lane.get(), 2), FW_STATUS_OK);
  EXPECT_EQ(fw_lane_cancel(nullptr, 2), FW_STATUS_INVALID_ARGUMENT);
  int n_cancelled = 0;
  for (int i = 0; i != 3; ++i) {
    const ResultHandle result = wait_for_result(lane.get());
    const fw_result_info info = describe(result.get());
    EXPECT_EQ(info.status, info.tag == 2 ? FW_STATUS_CANCELLED : FW_STATUS_OK);
    n_cancelled += info.status == FW_STATUS_CANCELLED;
    EXPECT_STREQ(fw_result_message(result.get()), info.tag == 2 ? "cancelled" : "");
    if (info.status != FW_STATUS_OK) {
      EXPECT_STREQ(info.language, "");
    }
  }
  EXPECT_EQ(n_cancelled, 2);
}

TEST(Lane, CanBeClosedWhileItWorks) {
  LaneHandle lane = open_lane(bundled_model_handle(), 2);
  for (int64_t tag = 0; tag != 6; ++tag) ASSERT_EQ(submit(lane.get(), whole_window(speech(5), tag)), FW_STATUS_OK);
  lane.reset();
}

TEST(Result, IsDescribed) {
  const LaneHandle lane = open_lane(bundled_model_handle(), 1);
  const std::vector<ResultHandle> results = transcribe(lane.get(), {whole_window(speech(3))});
  const fw_result_info info = describe(results[0].get());
  EXPECT_STREQ(info.language, "en");
  EXPECT_EQ(info.language_probability, 1.0f);
  EXPECT_LT(info.avg_logprob, 0.0f);
  EXPECT_GT(info.compression_ratio, 0.0f);
  EXPECT_EQ(info.temperature, 0.0f);
  EXPECT_GT(info.elapsed_ms, 0.0f);
  ASSERT_EQ(info.n_cues, 1);
  const fw_cue& cue = fw_result_cues(results[0].get())[0];
  EXPECT_STRCASEEQ(cue.text, "Hello, and welcome to my kitchen.");
  EXPECT_GE(cue.start_ms, 400);
  EXPECT_LE(cue.end_ms, 3000);
  EXPECT_EQ(cue.first_token, 0);
  EXPECT_EQ(cue.n_tokens, info.n_tokens);
  EXPECT_EQ(fw_result_describe(nullptr, nullptr), FW_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(fw_result_describe(results[0].get(), nullptr), FW_STATUS_INVALID_ARGUMENT);
}

TEST(Header, ServesAProgramInC) {
  const std::vector<float> pcm = speech(6);
  char text[4096];
  ASSERT_EQ(transcribe_in_c(repository_path("models/ggml-demo.en-q8_0.bin").c_str(), pcm.data(), 6 * second, text,
                            sizeof text),
            FW_STATUS_OK)
      << fw_last_error();
  EXPECT_NE(std::string(text).find("welcome to my kitchen"), std::string::npos) << text;
  EXPECT_EQ(transcribe_in_c("/nowhere.bin", pcm.data(), 6 * second, text, sizeof text), FW_STATUS_MODEL_FILE);
}

}  // namespace
}  // namespace fw

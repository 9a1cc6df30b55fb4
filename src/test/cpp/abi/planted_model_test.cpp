// Whole paths through model files whose answers are planted: language, time stamps, suppressed tokens, translation.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "abi/engine_case.h"
#include "model/special_tokens.h"
#include "model_maker/model_maker.h"

namespace fw {
namespace {

constexpr int32_t multilingual = 51865;

/** A file of a planted model, removed with the test. */
class PlantedModel : public testing::Test {
 protected:
  void plant(const Script& script, int32_t n_vocab = multilingual, int32_t n_mels = 80) {
    ModelRecipe recipe;
    recipe.shape = small_shape(n_vocab, n_mels);
    recipe.script = script;
    make_model(recipe).write(path_);
    model_ = open_model(path_);
  }

  ResultHandle hear(const fw_window_params& params) {
    LaneHandle lane = open_lane(model_.get(), 2);
    WindowCase window = whole_window(noise(5 * FW_SAMPLE_RATE_HZ, 0.1));
    window.params = params;
    return std::move(transcribe(lane.get(), {window})[0]);
  }

  void TearDown() override { std::filesystem::remove(path_); }

  const SpecialTokens special_ = *SpecialTokens::for_vocabulary(multilingual);

 private:
  const std::string path_ =
      (std::filesystem::temp_directory_path() /
       (std::string("fastwhisper-") + testing::UnitTest::GetInstance()->current_test_info()->name()))
          .string();
  ModelHandle model_;
};

/** One cue from 0.2 s to 4.0 s of two words, behind start, language and task. */
Script one_cue(const SpecialTokens& special) {
  Script script;
  script.after_place[2] = {{special.timestamp_begin + 10, 20.0f}};
  script.after_place[3] = {{1000, 20.0f}};
  script.after_place[4] = {{1001, 20.0f}};
  script.after_place[5] = {{special.timestamp_begin + 200, 20.0f}};
  script.after_place[6] = {{special.end, 20.0f}};
  return script;
}

void expect_one_cue(const fw_result* result) {
  ASSERT_EQ(describe(result).status, FW_STATUS_OK) << fw_result_message(result);
  ASSERT_EQ(describe(result).n_cues, 1);
  const std::vector<std::string> tokens = made_up_tokens(1002);
  EXPECT_EQ(text_of(result), (tokens[1000] + tokens[1001]).substr(1));
  EXPECT_EQ(fw_result_cues(result)[0].start_ms, 200);
  EXPECT_EQ(fw_result_cues(result)[0].end_ms, 4000);
}

fw_window_params without_words() {
  fw_window_params params = fw_window_default_params();
  params.words = 0;
  params.n_temperatures = 1;
  return params;
}

TEST_F(PlantedModel, TellsItsLanguage) {
  Script script = one_cue(special_);
  script.after_place[0] = {
      {*special_.language_token("de"), 10.0f}, {*special_.language_token("fr"), 9.0f}, {1000, 20.0f}};
  plant(script);
  const ResultHandle result = hear(without_words());
  expect_one_cue(result.get());
  EXPECT_STREQ(describe(result.get()).language, "de");
  EXPECT_NEAR(describe(result.get()).language_probability, 0.73f, 0.01f);
}

TEST_F(PlantedModel, OfTheLargeV3LayoutTellsItsHundredthLanguage) {
  const SpecialTokens special = *SpecialTokens::for_vocabulary(51866);
  Script script = one_cue(special);
  script.after_place[0] = {{*special.language_token("yue"), 20.0f}};
  plant(script, 51866, 128);
  const ResultHandle result = hear(without_words());
  expect_one_cue(result.get());
  EXPECT_STREQ(describe(result.get()).language, "yue");
}

TEST_F(PlantedModel, IsNotAskedForALanguageThatIsGiven) {
  Script script = one_cue(special_);
  script.after_place[0] = {{*special_.language_token("de"), 20.0f}};
  plant(script);
  fw_window_params params = without_words();
  params.language = "fr";
  params.task = FW_TASK_TRANSLATE;
  const ResultHandle result = hear(params);
  expect_one_cue(result.get());
  EXPECT_STREQ(describe(result.get()).language, "fr");
  EXPECT_EQ(describe(result.get()).language_probability, 1.0f);
}

TEST_F(PlantedModel, CannotSaySpecialTokens) {
  Script script = one_cue(special_);
  script.after_place[4].push_back({special_.start_of_previous, 40.0f});
  script.after_place[4].push_back({special_.no_timestamps, 40.0f});
  plant(script);
  expect_one_cue(hear(without_words()).get());
}

TEST_F(PlantedModel, CannotTurnTimeBack) {
  Script script = one_cue(special_);
  script.after_place[5].push_back({special_.timestamp_begin + 5, 40.0f});
  plant(script);
  expect_one_cue(hear(without_words()).get());
}

TEST_F(PlantedModel, CannotBeginLaterThanASecondIn) {
  Script script = one_cue(special_);
  script.after_place[2].push_back({special_.timestamp_begin + 51, 40.0f});
  plant(script);
  expect_one_cue(hear(without_words()).get());
}

TEST_F(PlantedModel, IsSilentWhereItHearsNoSpeechAndKnowsNoWord) {
  Script script;
  script.after_place[0] = {{special_.no_speech, 30.0f}};
  plant(script);
  fw_window_params params = without_words();
  params.language = "en";
  params.max_tokens = 20;
  params.n_temperatures = 1;
  params.min_avg_logprob = -1.0f;
  const ResultHandle result = hear(params);
  EXPECT_EQ(describe(result.get()).n_cues, 0);
  EXPECT_EQ(describe(result.get()).n_tokens, 0);
  EXPECT_GT(describe(result.get()).no_speech_probability, 0.99f);
}

}  // namespace
}  // namespace fw

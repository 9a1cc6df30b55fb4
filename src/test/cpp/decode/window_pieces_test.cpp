// How a window is divided where one of its cues is not believed, on a network whose answers are planted.
#include "decode/window_pieces.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <new>

#include "decode/division.h"
#include "decode/scripted_network.h"

namespace fw {
namespace {

/** A word that the network only guesses: probability 1/8, log-probability -2.1. */
constexpr int32_t guess = 4000;
constexpr int32_t sure = 1000;

/** Says the text of a voice; where it has a guess, eight words are alike. */
Logits say(const std::vector<int32_t>& text, size_t place) {
  if (place >= text.size()) return certain(english_vocabulary().special().end);
  if (text[place] != guess) return certain(text[place]);
  Logits alike;
  for (int32_t t = 0; t != 8; ++t) alike[guess + t] = 0.0f;
  return alike;
}

/** Sound without any loudness, which a scripted network hears as the voice of its first sample. */
struct Part {
  int32_t voice;
  int64_t n_samples;
};

WindowRequest window(const std::vector<Part>& parts) {
  DecodeOptions options = plain_options();
  options.timestamps = true;
  options.min_cue_logprob = -1.0f;
  WindowRequest request;
  request.options = options;
  for (const Part& part : parts) {
    request.samples.insert(request.samples.end(), static_cast<size_t>(part.n_samples), static_cast<float>(part.voice));
  }
  const auto n_samples = static_cast<int64_t>(request.samples.size());
  // Two spans with a minute between them that was left out.
  request.spans = {{100, n_samples / 2}, {60 * second + 100 + n_samples / 2, n_samples - n_samples / 2}};
  return request;
}

using Texts = std::map<int32_t, std::vector<int32_t>>;

std::function<Logits(const Line&)> saying(const Texts& texts) {
  return [texts](const Line& line) { return say(texts.at(line.voice), line.sampled.size()); };
}

const std::vector<Part> two_parts = {{1, 4 * second}, {7, 6 * second}};
const Texts second_cue_guessed = {{1, {stamp(0), sure, sure + 1, stamp(4000), stamp(4000), guess, guess, stamp(9000)}},
                                  {7, {stamp(0), sure + 2, stamp(2000), stamp(2400), sure + 3, stamp(5000)}}};

TEST(WindowPieces, HearWhatFollowsAnUnlikelyCueByItself) {
  LaneCase test;
  test.script->speak = saying(second_cue_guessed);
  WindowRequest request = window(two_parts);
  request.options.words = true;
  const WindowResult result = test.run_one(std::move(request));
  EXPECT_EQ(result.text.tokens, (std::vector<int32_t>{stamp(0), sure, sure + 1, stamp(4000), stamp(4000), sure + 2,
                                                      stamp(6000), stamp(6400), sure + 3, stamp(9000)}))
      << "time stamps are those of the whole window";
  ASSERT_EQ(result.cues.size(), 3u);
  EXPECT_EQ(result.cues[1].first_token, 4);
  EXPECT_EQ(result.cues[2].first_token, 7);
  ASSERT_EQ(result.words.size(), 4u);
  for (size_t c = 0; c != 3; ++c) {
    const Cue& cue = result.cues[c];
    EXPECT_EQ(result.words[static_cast<size_t>(cue.first_word)].cue, static_cast<int32_t>(c));
    EXPECT_EQ(result.words[static_cast<size_t>(cue.first_word)].first_sample, cue.first_sample);
  }
  EXPECT_LE(result.cues[0].end_sample, 100 + 4 * second);
  EXPECT_GE(result.cues[1].first_sample, 100 + 4 * second);
  EXPECT_GE(result.cues[2].first_sample, 60 * second) << "behind what was left out";
  EXPECT_EQ(test.script->n_encodes[1], 1);
  EXPECT_EQ(test.script->n_encodes[7], 1);
  EXPECT_EQ(result.text.temperature, 0.0f);
  EXPECT_NEAR(result.text.avg_logprob, 0.0f, 0.9f);
}

TEST(WindowPieces, LeaveWellAloneWhereEveryCueIsLikely) {
  LaneCase test;
  Texts texts = second_cue_guessed;
  texts[1] = {stamp(0), sure, sure + 1, guess, stamp(4000), stamp(4000), sure, sure, sure, stamp(9000)};
  test.script->speak = saying(texts);
  EXPECT_EQ(test.run_one(window(two_parts)).cues.size(), 2u);
  EXPECT_EQ(test.script->n_encodes[7], 0) << "one guessed word among others makes no unlikely cue";
}

/** The beginning is cut off where silence without any end has its middle: between 100 ms and 1.5 s. */
const std::vector<Part> broken_beginning = {{1, second * 4 / 5}, {7, 6 * second}};
const std::vector<int32_t> rest_text = {stamp(0), sure + 2, stamp(2000), stamp(2400), sure + 3, stamp(5000)};
const std::vector<int32_t> rest_tokens = {stamp(800), sure + 2, stamp(2800), stamp(3200), sure + 3, stamp(5800)};

TEST(WindowPieces, LeaveOutABeginningThatIsNotBelievedAloneEither) {
  LaneCase test;
  test.script->speak =
      saying({{1, {stamp(0), guess, guess, stamp(3000), stamp(3000), sure, stamp(6000)}}, {7, rest_text}});
  const WindowResult result = test.run_one(window(broken_beginning));
  EXPECT_EQ(result.text.tokens, rest_tokens);
  EXPECT_EQ(result.cues.size(), 2u);
  EXPECT_EQ(test.script->n_encodes[1], 2);
  EXPECT_EQ(test.script->n_encodes[7], 1);
}

TEST(WindowPieces, KeepABeginningThatIsBelievedAlone) {
  LaneCase test;
  test.script->speak = [n_first = 0](const Line& line) mutable {
    n_first += line.voice == 1 && line.sampled.empty();
    if (line.voice == 7) return say(rest_text, line.sampled.size());
    return say(n_first == 1 ? std::vector<int32_t>{stamp(0), guess, guess, stamp(6000)}
                            : std::vector<int32_t>{stamp(0), sure, stamp(500)},
               line.sampled.size());
  };
  std::vector<int32_t> expected = {stamp(0), sure, stamp(500)};
  expected.insert(expected.end(), rest_tokens.begin(), rest_tokens.end());
  EXPECT_EQ(test.run_one(window(broken_beginning)).text.tokens, expected);
}

TEST(WindowPieces, FallBackToOtherTemperaturesWhereNoCutHelps) {
  LaneCase test;
  std::vector<float> temperatures;
  test.script->before_step = [&](std::span<const StepRow> rows) {
    temperatures.push_back(rows.back().rule.temperature);
  };
  test.script->speak = saying({{1, {stamp(0), guess, guess, stamp(2000)}}});
  WindowRequest request = window({{1, 20 * second}});
  request.options.temperatures = {0.0f, 0.5f};
  const WindowResult result = test.run_one(std::move(request));
  EXPECT_EQ(result.status, FW_STATUS_OK) << result.message;
  EXPECT_EQ(result.cues.size(), 1u) << "what is refused to the last is given all the same";
  EXPECT_EQ(test.script->n_encodes[1], 1 + 4 * 2) << "four beginnings, four rests";
  EXPECT_EQ(std::count(temperatures.begin(), temperatures.end(), 0.5f), 5) << "the last rest alone";
}

TEST(WindowPieces, GiveTheSameInAnyCompany) {
  LaneCase alone({.batch = 1, .max_beam = 1, .queue = 8});
  alone.script->speak = saying(second_cue_guessed);
  LaneCase together({.batch = 4, .max_beam = 3, .queue = 8});
  together.script->speak = saying(second_cue_guessed);
  std::vector<WindowRequest> requests;
  for (int32_t w = 0; w != 9; ++w) {
    requests.push_back(window(w % 3 == 0 ? std::vector<Part>{{7, 6 * second}} : two_parts));
    requests.back().tag = w;
  }
  const auto results = together.run(std::move(requests));
  ASSERT_EQ(results.size(), 9u);
  for (const auto& [tag, result] : results) {
    const WindowResult one = alone.run_one(window(tag % 3 == 0 ? std::vector<Part>{{7, 6 * second}} : two_parts));
    EXPECT_EQ(result.text.tokens, one.text.tokens) << tag;
    EXPECT_EQ(result.text.avg_logprob, one.text.avg_logprob) << tag;
  }
}

TEST(WindowPieces, FailWithTheirWindow) {
  LaneCase test;
  test.script->speak = saying(second_cue_guessed);
  test.script->before_encode = [](int32_t voice) {
    if (voice == 7) throw std::bad_alloc();
  };
  EXPECT_EQ(test.run_one(window(two_parts)).status, FW_STATUS_OUT_OF_MEMORY);
}

TEST(Division, LiesInThePauseNextToTheCueThatIsNotBelieved) {
  // Sound but for 4.2 to 4.5 s; the cue's time stamp is 4.0 s.
  std::vector<float> samples(10 * second);
  for (size_t s = 0; s != samples.size(); ++s) samples[s] = std::sin(0.3f * static_cast<float>(s));
  std::fill(samples.begin() + 67200, samples.begin() + 72000, 0.0f);
  const std::vector<int32_t> tokens = {stamp(0), sure, stamp(3900), stamp(4000), sure, stamp(9000)};
  const std::vector<float> logprobs = {0.0f, 0.0f, 0.0f, 0.0f, -3.0f, 0.0f};
  const auto division = place_division(english_vocabulary(), tokens, logprobs, samples, -1.0f);
  ASSERT_TRUE(division);
  EXPECT_EQ(division->n_tokens, 3);
  EXPECT_NEAR(static_cast<double>(division->sample), 4.35 * second, 320.0);
  EXPECT_EQ(division->sample % timestamp_samples, 0);
  EXPECT_FALSE(place_division(english_vocabulary(), tokens, logprobs, samples, -3.5f));
}

TEST(Division, LeavesNoSliver) {
  const std::vector<int32_t> tokens = {stamp(0), sure, stamp(1000)};
  const std::vector<float> logprobs = {0.0f, -3.0f, 0.0f};
  EXPECT_FALSE(place_division(english_vocabulary(), tokens, logprobs, std::vector<float>(second * 3 / 2), -1.0f));
}

}  // namespace
}  // namespace fw

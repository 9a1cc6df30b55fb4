// What a lane promises, on a network whose answers are planted: batching, gates, failures, cancelling, closing.
#include "decode/lane.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <thread>

#include "base/error.h"
#include "decode/scripted_network.h"

namespace fw {
namespace {

TEST(Lane, GivesEachWindowItsOwnText) {
  LaneCase test;
  std::map<int32_t, std::vector<int32_t>> texts;
  std::vector<WindowRequest> requests;
  for (int32_t voice = 0; voice != 20; ++voice) {
    texts[voice] = words(100 * voice, 1 + 7 * voice % 13);
    requests.push_back(window_of(voice));
  }
  test.script->speak = saying(test.vocabulary, texts);
  const auto results = test.run(std::move(requests));
  ASSERT_EQ(results.size(), 20u);
  for (const auto& [tag, result] : results) {
    EXPECT_EQ(result.status, FW_STATUS_OK) << result.message;
    EXPECT_EQ(result.text.tokens, texts[static_cast<int32_t>(tag)]);
  }
}

TEST(Lane, LetsAWindowEnterWhenAnotherLeaves) {
  Gate gate;
  LaneCase test({.batch = 2, .max_beam = 1, .queue = 8});
  // One long text and eight short ones: the short ones pass through the second place one after the other.
  std::map<int32_t, std::vector<int32_t>> texts = {{0, words(0, 89)}};
  for (int32_t voice = 1; voice != 9; ++voice) texts[voice] = words(100 * voice, 9);
  test.script->speak = saying(test.vocabulary, texts);
  test.script->before_step = [&](std::span<const StepRow>) { gate.pass(); };
  for (int32_t voice = 0; voice != 9; ++voice) ASSERT_TRUE(test.lane.submit(window_of(voice)));
  gate.open();
  EXPECT_EQ(test.take(9).size(), 9u);
  // With end-of-text 90 picks, and 8 times 10: together at least two places are full for 80 of 90 steps. A lane that
  // waited for its batch would need 90 + 70 of them.
  EXPECT_LE(test.script->step_rows.size(), 95u);
  EXPECT_EQ(*std::max_element(test.script->step_rows.begin() + 1, test.script->step_rows.end()), 3u);
}

TEST(Lane, DecodesOnlyTheWindowAgainThatFailsItsGate) {
  LaneCase test;
  // Voice 1 loops at temperature 0; above it, it says something else.
  const std::vector<int32_t> text = words(0, 10);
  const std::vector<int32_t> loop(60, 2000);
  const auto plainly = saying(test.vocabulary, {{0, text}, {1, loop}, {2, text}});
  test.script->speak = [&, n_first = 0](const Line& line) mutable {
    n_first += line.voice == 1 && line.sequence.back() == test.vocabulary.special().no_timestamps;
    if (line.voice != 1 || n_first == 1) return plainly(line);
    return certain(line.sampled.size() < text.size() ? text[line.sampled.size()] : test.vocabulary.special().end);
  };
  DecodeOptions options = plain_options();
  options.temperatures = {0.0f, 0.2f, 0.4f};
  options.max_compression_ratio = 2.4f;
  auto results = test.run({window_of(0, options), window_of(1, options), window_of(2, options)});
  for (const auto& [tag, result] : results) EXPECT_EQ(result.text.tokens, text) << tag;
  EXPECT_EQ(results[0].text.temperature, 0.0f);
  EXPECT_EQ(results[1].text.temperature, 0.2f);
  EXPECT_EQ(results[2].text.temperature, 0.0f);
  // The row of the start token is a pick of its own; then ten words and end-of-text, or sixty and end-of-text before.
  EXPECT_EQ(test.script->n_picks[0], 1 + 11);
  EXPECT_EQ(test.script->n_picks[1], 1 + 61 + 11);
  EXPECT_EQ(test.script->n_picks[2], 1 + 11);
  EXPECT_EQ(test.script->n_encodes[1], 1) << "its encoder output is kept";
}

TEST(Lane, FallsBackWhereTheMeanLogProbabilityIsLow) {
  LaneCase test;
  const SpecialTokens& special = test.vocabulary.special();
  // Eight equally probable words: log 1/8 is below -1. Only at the third temperature does it become sure.
  test.script->speak = [&, n_first = 0](const Line& line) mutable {
    n_first += line.sampled.empty() && line.sequence.back() == special.no_timestamps;
    if (line.sampled.size() == 5) return certain(special.end);
    if (n_first == 3) return certain(3000 + static_cast<int32_t>(line.sampled.size()));
    Logits equal;
    for (int32_t t = 0; t != 8; ++t) equal[4000 + t] = 0.0f;
    return equal;
  };
  DecodeOptions options = plain_options();
  options.temperatures = {0.0f, 0.5f, 1.0f};
  options.min_avg_logprob = -1.0f;
  const WindowResult result = test.run_one(window_of(0, options));
  EXPECT_EQ(result.text.tokens, (std::vector<int32_t>{3000, 3001, 3002, 3003, 3004}));
  EXPECT_EQ(result.text.temperature, 1.0f);
}

TEST(Lane, TakesTheLikeliestTextThatDoesNotLoopWhereAllFail) {
  LaneCase test;
  const SpecialTokens& special = test.vocabulary.special();
  // First a certain loop, then words of probability 1/8, then words of probability 1/20.
  test.script->speak = [&, n_first = 0](const Line& line) mutable {
    n_first += line.sampled.empty() && line.sequence.back() == special.no_timestamps;
    if (line.sampled.size() == 60) return certain(special.end);
    if (n_first == 1) return certain(2000);
    Logits equal;
    for (int32_t t = 0; t != (n_first == 2 ? 8 : 20); ++t)
      equal[4000 + 100 * static_cast<int32_t>(line.sampled.size()) + t] = 0.0f;
    return equal;
  };
  DecodeOptions options = plain_options();
  options.temperatures = {0.0f, 0.5f, 1.0f};
  options.max_compression_ratio = 2.4f;
  options.min_avg_logprob = -1.0f;
  EXPECT_EQ(test.run_one(window_of(0, options)).text.temperature, 0.5f);
}

TEST(Lane, TakesAWindowForSilentOnlyWhereNoSpeechIsLikelyAndTheTextIsNot) {
  LaneCase test({.batch = 4, .max_beam = 1, .queue = 0});
  const SpecialTokens& special = test.vocabulary.special();
  // Voices 0 and 2 are unsure of their words, 0 and 1 take the window for one without speech.
  test.script->no_speech = {{0, 0.9f}, {1, 0.9f}, {2, 0.1f}};
  test.script->speak = [&](const Line& line) {
    if (line.sampled.size() == 3) return certain(special.end);
    if (line.voice == 1) return certain(3000);
    Logits equal;
    for (int32_t t = 0; t != 8; ++t) equal[4000 + t] = 0.0f;
    return equal;
  };
  DecodeOptions options = plain_options();
  options.min_avg_logprob = -1.0f;
  options.max_no_speech_probability = 0.6f;
  auto results = test.run({window_of(0, options), window_of(1, options), window_of(2, options)});
  EXPECT_TRUE(results[0].text.tokens.empty());
  EXPECT_TRUE(results[0].cues.empty());
  EXPECT_EQ(results[0].status, FW_STATUS_OK);
  EXPECT_FLOAT_EQ(results[0].text.no_speech_probability, 0.9f);
  EXPECT_EQ(results[1].text.tokens.size(), 3u);
  EXPECT_EQ(results[2].text.tokens.size(), 3u);
}

TEST(Lane, SamplesTheSameTextInAnyCompany) {
  DecodeOptions options = plain_options();
  options.temperatures = {1.0f};
  const auto any_word = [](const Line& line) {
    Logits equal;
    for (int32_t t = 0; t != 50; ++t) equal[4000 + t] = 0.0f;
    if (line.sampled.size() == 40) return certain(english_vocabulary().special().end);
    return equal;
  };
  LaneCase alone({.batch = 1, .max_beam = 1, .queue = 8});
  alone.script->speak = any_word;
  LaneCase together({.batch = 5, .max_beam = 2, .queue = 8});
  together.script->speak = any_word;
  std::vector<WindowRequest> requests;
  for (int32_t voice = 0; voice != 7; ++voice) requests.push_back(window_of(voice, options));
  const auto results = together.run(std::move(requests));
  for (int32_t voice = 0; voice != 7; ++voice) {
    EXPECT_EQ(results.at(voice).text.tokens, alone.run_one(window_of(voice, options)).text.tokens) << voice;
  }
  EXPECT_NE(results.at(0).text.tokens, results.at(1).text.tokens) << "other samples give other random numbers";
}

TEST(Lane, SamplesAnewAtEachAttempt) {
  LaneCase test({.batch = 1, .max_beam = 1, .queue = 0});
  const SpecialTokens& special = test.vocabulary.special();
  std::vector<std::vector<int32_t>> attempts;
  test.script->speak = [&](const Line& line) {
    if (line.sampled.size() == 20) {
      attempts.emplace_back(line.sampled.begin(), line.sampled.end());
      return certain(special.end);
    }
    Logits equal;
    for (int32_t t = 0; t != 50; ++t) equal[4000 + t] = 0.0f;
    return equal;
  };
  DecodeOptions options = plain_options();
  options.temperatures = {1.0f, 1.0f};
  options.min_avg_logprob = -1.0f;
  test.run_one(window_of(0, options));
  ASSERT_EQ(attempts.size(), 2u);
  EXPECT_NE(attempts[0], attempts[1]) << "the same text again would fail the same gate";
}

TEST(Lane, DetectsTheLanguageOfEachWindow) {
  LaneCase test({.batch = 3, .max_beam = 1, .queue = 0}, multilingual_vocabulary());
  const SpecialTokens& special = test.vocabulary.special();
  const int32_t german = *special.language_token("de");
  const int32_t french = *special.language_token("fr");
  std::map<int32_t, int32_t> heard;
  test.script->speak = [&](const Line& line) -> Logits {
    if (line.sequence.size() == 1) {
      // A word is likelier than any language, and must not be taken for one.
      return {
          {line.voice == 0 ? german : french, std::log(3.0f)}, {line.voice == 0 ? french : german, 0.0f}, {3000, 9.0f}};
    }
    heard[line.voice] = line.sequence[1];
    return certain(line.sampled.empty() ? 3000 : special.end);
  };
  DecodeOptions detect = plain_options();
  detect.language = "";
  DecodeOptions given = plain_options();
  given.language = "en";
  auto results = test.run({window_of(0, detect), window_of(1, detect), window_of(2, given)});
  EXPECT_EQ(results[0].text.language, "de");
  EXPECT_NEAR(results[0].text.language_probability, 0.75f, 1e-6f);
  EXPECT_EQ(results[1].text.language, "fr");
  EXPECT_EQ(results[2].text.language, "en");
  EXPECT_EQ(results[2].text.language_probability, 1.0f);
  EXPECT_EQ(heard[0], german) << "the detected language stands in the prompt";
  EXPECT_EQ(heard[1], french);
}

TEST(Lane, FindsNoSpeechAtTheStartTokenBehindALongPrompt) {
  LaneCase test({.batch = 2, .max_beam = 1, .queue = 0});
  test.script->no_speech = {{0, 0.7f}, {1, 0.7f}};
  test.script->speak = saying(test.vocabulary, {{0, words(0, 3)}, {1, words(9, 3)}});
  DecodeOptions options = plain_options();
  options.previous_tokens = words(500, 223);
  options.timestamps = true;
  auto results = test.run({window_of(0, options), window_of(1, options)});
  EXPECT_FLOAT_EQ(results[0].text.no_speech_probability, 0.7f);
  EXPECT_FLOAT_EQ(results[1].text.no_speech_probability, 0.7f);
  EXPECT_LE(*std::max_element(test.script->step_rows.begin(), test.script->step_rows.end()), 256u + 2u)
      << "prompts of a whole batch are shared out over steps";
}

TEST(Lane, StopsAtTheLengthLimit) {
  LaneCase test;
  test.script->speak = [](const Line&) { return certain(3000); };
  DecodeOptions options = plain_options();
  options.max_tokens = 17;
  EXPECT_EQ(test.run_one(window_of(0, options)).text.tokens.size(), 17u);
  options.max_tokens = test_text_ctx / 2;
  options.previous_tokens = words(0, test_text_ctx / 2 - 1);
  const WindowResult longest = test.run_one(window_of(1, options));
  EXPECT_EQ(longest.status, FW_STATUS_OK) << longest.message;
  EXPECT_GE(longest.text.tokens.size(), 220u) << "prompt and text share the text context";
}

TEST(Lane, GoesOnToTheLimitWhereTheLengthIsForced) {
  LaneCase test;
  test.script->speak = [&](const Line&) -> Logits { return {{test.vocabulary.special().end, 5.0f}, {3000, 0.0f}}; };
  DecodeOptions options = plain_options();
  options.max_tokens = 100;
  options.force_length = true;
  EXPECT_EQ(test.run_one(window_of(0, options)).text.tokens.size(), 100u);
}

TEST(Lane, FailsAloneTheWindowThatCannotBeEncoded) {
  LaneCase test;
  test.script->speak = saying(test.vocabulary, {{0, words(0, 5)}, {1, words(10, 5)}, {2, words(20, 5)}});
  test.script->before_encode = [](int32_t voice) {
    if (voice == 1) throw Error(FW_STATUS_OUT_OF_MEMORY, "no room for window 1");
  };
  auto results = test.run({window_of(0), window_of(1), window_of(2)});
  EXPECT_EQ(results[0].text.tokens, words(0, 5));
  EXPECT_EQ(results[1].status, FW_STATUS_OUT_OF_MEMORY);
  EXPECT_EQ(results[1].message, "no room for window 1");
  EXPECT_EQ(results[2].text.tokens, words(20, 5));
}

TEST(Lane, FailsAloneTheWindowThatBreaksTheStepOfAll) {
  LaneCase test;
  test.script->speak = saying(test.vocabulary, {{0, words(0, 9)}, {1, words(10, 9)}, {2, words(20, 9)}});
  test.script->before_step = [](std::span<const StepRow> rows) {
    for (const StepRow& row : rows) {
      if (row.token == 1014) throw std::bad_alloc();
    }
  };
  auto results = test.run({window_of(0), window_of(1), window_of(2)});
  EXPECT_EQ(results[0].text.tokens, words(0, 9));
  EXPECT_EQ(results[1].status, FW_STATUS_OUT_OF_MEMORY);
  EXPECT_EQ(results[2].text.tokens, words(20, 9));
}

TEST(Lane, IsLostWithItsDevice) {
  Gate gate;
  LaneCase test({.batch = 2, .max_beam = 1, .queue = 4});
  test.script->speak =
      saying(test.vocabulary, {{0, words(0, 9)}, {1, words(10, 9)}, {2, words(20, 9)}, {3, words(30, 9)}});
  test.script->before_step = [&](std::span<const StepRow> rows) {
    gate.pass();
    for (const StepRow& row : rows) {
      if (row.token == 1004 || row.token == 1014) throw Error(FW_STATUS_DEVICE_LOST, "illegal address");
    }
  };
  for (int32_t voice = 0; voice != 4; ++voice) ASSERT_TRUE(test.lane.submit(window_of(voice)));
  gate.open();
  const auto results = test.take(4);
  EXPECT_EQ(results.size(), 4u);
  for (const auto& [tag, result] : results) {
    EXPECT_EQ(result.status, FW_STATUS_DEVICE_LOST) << tag;
    EXPECT_EQ(result.message, "illegal address");
  }
  EXPECT_EQ(test.lane.free_places(), 0);
  try {
    test.lane.submit(window_of(4));
    ADD_FAILURE() << "a lost lane took a window";
  } catch (const Error& error) {
    EXPECT_EQ(error.status(), FW_STATUS_DEVICE_LOST);
    EXPECT_STREQ(error.what(), "illegal address");
  }
}

TEST(Lane, CancelsWaitingAndRunningWindowsByTheirTag) {
  Gate gate;
  LaneCase test({.batch = 2, .max_beam = 1, .queue = 4});
  test.script->speak =
      saying(test.vocabulary, {{0, words(0, 50)}, {1, words(100, 50)}, {2, words(200, 5)}, {3, words(300, 5)}});
  test.script->before_step = [&](std::span<const StepRow>) { gate.pass(); };
  for (int32_t voice = 0; voice != 4; ++voice) {
    WindowRequest request = window_of(voice);
    request.tag = voice % 2;
    ASSERT_TRUE(test.lane.submit(std::move(request)));
  }
  gate.wait_until_reached();
  test.lane.cancel(1);
  // The one that waits is out at once, while the step is still held.
  const std::optional<WindowResult> waiting = test.lane.poll(std::chrono::minutes(1));
  ASSERT_TRUE(waiting);
  EXPECT_EQ(waiting->status, FW_STATUS_CANCELLED);
  EXPECT_EQ(waiting->tag, 1);
  gate.open();
  std::map<fw_status, int> outcomes;
  for (int i = 0; i != 3; ++i) ++outcomes[test.lane.poll(std::chrono::minutes(1)).value().status];
  EXPECT_EQ(outcomes[FW_STATUS_CANCELLED], 1);
  EXPECT_EQ(outcomes[FW_STATUS_OK], 2);
  EXPECT_LE(test.script->n_picks[1], 2) << "the running one ends with the step that was held";
}

TEST(Lane, TakesAWindowAfterACancelOfItsTag) {
  LaneCase test;
  test.script->speak = saying(test.vocabulary, {{7, words(0, 5)}});
  test.lane.cancel(7);
  EXPECT_EQ(test.run_one(window_of(7)).status, FW_STATUS_OK);
}

TEST(Lane, EndsWithinAStepWhenItIsClosed) {
  Gate gate;
  auto test = std::make_unique<LaneCase>(LaneLimits{.batch = 2, .max_beam = 1, .queue = 8});
  const std::shared_ptr<NetworkScript> script = test->script;
  script->speak = [](const Line&) { return certain(3000); };
  script->before_step = [&](std::span<const StepRow>) { gate.pass(); };
  for (int32_t voice = 0; voice != 6; ++voice) ASSERT_TRUE(test->lane.submit(window_of(voice)));
  gate.wait_until_reached();
  std::thread closer([&] { test.reset(); });
  gate.open();
  closer.join();
  // Closing races with the lane's thread, which may finish the texts' steps meanwhile, but never all six windows'.
  EXPECT_LT(script->step_rows.size(), 3u * 225u);
}

TEST(Lane, IsFullUntilFinishedWindowsArePolled) {
  LaneCase test({.batch = 1, .max_beam = 1, .queue = 2});
  test.script->speak = saying(test.vocabulary, {{0, words(0, 2)}});
  EXPECT_EQ(test.lane.free_places(), 3);
  for (int i = 0; i != 3; ++i) EXPECT_TRUE(test.lane.submit(window_of(0)));
  EXPECT_EQ(test.lane.free_places(), 0);
  EXPECT_FALSE(test.lane.submit(window_of(0)));
  ASSERT_TRUE(test.lane.poll(std::chrono::minutes(1)));
  EXPECT_EQ(test.lane.free_places(), 1);
  EXPECT_TRUE(test.lane.submit(window_of(0)));
}

TEST(Lane, AnswersAtOnceWhereNothingIsInside) {
  LaneCase test;
  EXPECT_FALSE(test.lane.poll(std::chrono::hours(24)));
}

TEST(Lane, RefusesATextContextWithoutRoomForAText) {
  const LaneLimits limits;
  const auto script = std::make_shared<NetworkScript>();
  EXPECT_THROW(Lane(std::make_unique<ScriptedNetwork>(script, english_vocabulary(), network_limits(limits, 1)),
                    english_vocabulary(), 8, limits),
               Error);
}

}  // namespace
}  // namespace fw

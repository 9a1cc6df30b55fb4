// A lane on a network that takes a step before the picks of the one before are known: the same texts, and nothing lost.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "decode/lane.h"
#include "decode/scripted_network.h"

namespace fw {
namespace {

/** Two cues, the second from where the first ends. */
std::vector<int32_t> spoken_in_cues(int32_t first, int32_t n) {
  std::vector<int32_t> tokens{stamp(0)};
  for (const int32_t token : words(first, n)) tokens.push_back(token);
  tokens.insert(tokens.end(), {stamp(400), stamp(400)});
  for (const int32_t token : words(first + 50, n)) tokens.push_back(token);
  tokens.push_back(stamp(900));
  return tokens;
}

std::map<int64_t, WindowResult> texts_of_a_lane(bool steps_ahead) {
  LaneCase test;
  test.script->steps_ahead = steps_ahead;
  std::map<int32_t, std::vector<int32_t>> texts;
  std::vector<WindowRequest> requests;
  for (int32_t voice = 0; voice != 24; ++voice) {
    DecodeOptions options = plain_options();
    options.timestamps = voice % 2 == 0;
    options.beam_size = voice % 5 == 4 ? 3 : 1;
    options.temperatures = {0.0f, 0.6f};
    options.max_compression_ratio = 2.4f;
    options.words = voice % 3 == 0;
    // Some loop at first, some are cut off at their length, one says nothing.
    if (voice % 8 == 3) options.max_tokens = 6;
    texts[voice] = voice == 7       ? std::vector<int32_t>{}
                   : voice % 8 == 5 ? std::vector<int32_t>(70, 2000)
                   : voice % 2 == 0 ? spoken_in_cues(100 * voice, 1 + 5 * voice % 11)
                                    : words(100 * voice, 1 + 7 * voice % 13);
    requests.push_back(window_of(voice, options));
  }
  test.script->speak = saying(test.vocabulary, texts);
  auto results = test.run(std::move(requests));
  EXPECT_EQ(test.script->most_started, steps_ahead ? 2u : 1u);
  return results;
}

TEST(LaneAhead, GivesTheTextsOfALaneThatTakesAStepAtATime) {
  const auto expected = texts_of_a_lane(false), found = texts_of_a_lane(true);
  ASSERT_EQ(found.size(), 24u);
  for (const auto& [tag, result] : found) {
    const WindowResult& other = expected.at(tag);
    ASSERT_EQ(result.status, FW_STATUS_OK) << result.message;
    EXPECT_EQ(result.text.tokens, other.text.tokens) << tag;
    EXPECT_EQ(result.text.logprobs, other.text.logprobs) << tag;
    EXPECT_EQ(result.text.temperature, other.text.temperature) << tag;
    EXPECT_EQ(result.words.size(), other.words.size()) << tag;
  }
}

TEST(LaneAhead, PicksOnceMoreForATextThatHasEnded) {
  LaneCase test;
  test.script->steps_ahead = true;
  test.script->speak = saying(test.vocabulary, {{0, words(0, 10)}});
  EXPECT_EQ(test.run_one(window_of(0)).text.tokens, words(0, 10));
  // The start token's pick, ten words, the end, and the row that was under way behind it.
  EXPECT_EQ(test.script->n_picks[0], 1 + 10 + 1 + 1);
}

TEST(LaneAhead, FailsAloneTheWindowThatBreaksAStepPutAhead) {
  LaneCase test;
  test.script->steps_ahead = true;
  test.script->speak = saying(test.vocabulary, {{0, words(0, 30)}, {1, words(100, 30)}, {2, words(200, 30)}});
  test.script->before_step = [](std::span<const StepRow> rows) {
    for (const StepRow& row : rows) {
      if (row.window == 1 && row.place >= 15) throw Error(FW_STATUS_OUT_OF_MEMORY, "no room behind place 14");
    }
  };
  // All three are in the queue before the first has its place: each then gets the place of its number.
  Gate gate;
  test.script->before_encode = [&](int32_t) { gate.pass(); };
  for (int32_t voice = 0; voice != 3; ++voice) ASSERT_TRUE(test.lane.submit(window_of(voice)));
  gate.open();
  auto results = test.take(3);
  EXPECT_EQ(results[0].text.tokens, words(0, 30));
  EXPECT_EQ(results[1].status, FW_STATUS_OUT_OF_MEMORY);
  EXPECT_EQ(results[1].message, "no room behind place 14");
  EXPECT_EQ(results[2].text.tokens, words(200, 30));
}

TEST(LaneAhead, GivesEveryWindowTheStatusOfALostDevice) {
  LaneCase test({.batch = 2, .max_beam = 1, .queue = 4});
  test.script->steps_ahead = true;
  test.script->speak = [](const Line&) { return certain(3000); };
  test.script->before_step = [n = 0](std::span<const StepRow>) mutable {
    if (++n == 9) throw Error(FW_STATUS_DEVICE_LOST, "illegal address");
  };
  Gate gate;
  test.script->before_encode = [&](int32_t) { gate.pass(); };
  for (int32_t voice = 0; voice != 5; ++voice) ASSERT_TRUE(test.lane.submit(window_of(voice)));
  gate.open();
  for (const auto& [tag, result] : test.take(5)) EXPECT_EQ(result.status, FW_STATUS_DEVICE_LOST) << tag;
}

TEST(LaneAhead, CancelsAWindowWhoseNextRowIsUnderWay) {
  LaneCase test({.batch = 1, .max_beam = 1, .queue = 4});
  test.script->steps_ahead = true;
  test.script->speak = saying(test.vocabulary, {{0, words(0, 200)}, {1, words(300, 9)}});
  Gate gate;
  test.script->before_step = [&, n = 0](std::span<const StepRow>) mutable {
    if (++n == 5) gate.pass();
  };
  ASSERT_TRUE(test.lane.submit(window_of(0)));
  ASSERT_TRUE(test.lane.submit(window_of(1)));
  gate.wait_until_reached();
  test.lane.cancel(0);
  gate.open();
  auto results = test.take(2);
  EXPECT_EQ(results[0].status, FW_STATUS_CANCELLED);
  EXPECT_EQ(results[1].text.tokens, words(300, 9)) << "the next window's text has nothing of the one before";
}

}  // namespace
}  // namespace fw

// From sampled tokens to cues on the caller's time line.
#include "decode/transcript.h"

#include <gtest/gtest.h>

#include "decode/scripted_network.h"

namespace fw {
namespace {

struct Times {
  int32_t first_token;
  int32_t n_tokens;
  int64_t first_ms;
  int64_t end_ms;
  bool operator==(const Times&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Times& times) {
  return out << "tokens " << times.first_token << "+" << times.n_tokens << " from " << times.first_ms << " to "
             << times.end_ms;
}

std::vector<Times> cut(const std::vector<int32_t>& tokens, int64_t n_samples) {
  std::vector<Times> times;
  for (const CueRange& cue : cut_cues(english_vocabulary(), tokens, n_samples)) {
    times.push_back({cue.first_token, cue.n_tokens, cue.first_sample / 16, cue.end_sample / 16});
  }
  return times;
}

TEST(Cues, LieBetweenPairsOfTimeStamps) {
  EXPECT_EQ(cut({stamp(500), 1000, 1001, stamp(2000), stamp(2400), 1002, stamp(5000)}, 10 * second),
            (std::vector<Times>{{0, 4, 500, 2000}, {4, 3, 2400, 5000}}));
}

TEST(Cues, EndWithTheWindowWhereTheLastIsOpen) {
  EXPECT_EQ(cut({stamp(500), 1000, stamp(2000), stamp(2000), 1001}, 3 * second),
            (std::vector<Times>{{0, 3, 500, 2000}, {3, 2, 2000, 3000}}));
}

TEST(Cues, BeginWhereTheLastEndedWhereTheirStartIsMissing) {
  EXPECT_EQ(cut({1000, stamp(2000), 1001, stamp(2500)}, 3 * second),
            (std::vector<Times>{{0, 2, 0, 2000}, {2, 2, 2000, 2500}}));
}

TEST(Cues, DoNotBeginBeforeTheLastEnded) {
  EXPECT_EQ(cut({stamp(500), 1000, stamp(2000), stamp(1000), 1001, stamp(3000)}, 4 * second),
            (std::vector<Times>{{0, 3, 500, 2000}, {3, 3, 2000, 3000}}));
}

TEST(Cues, AreOneWithoutTimeStamps) { EXPECT_EQ(cut({1000, 1001}, 3 * second), (std::vector<Times>{{0, 2, 0, 3000}})); }

TEST(Cues, AreNoneWithoutText) {
  EXPECT_TRUE(cut({}, second).empty());
  EXPECT_TRUE(cut({stamp(0)}, second).empty());
  EXPECT_EQ(cut({stamp(0), 1000, stamp(500), stamp(500)}, second), (std::vector<Times>{{0, 3, 0, 500}}));
}

TEST(Cues, AreHeldInsideTheWindow) {
  EXPECT_EQ(cut({stamp(500), 1000, stamp(2000), stamp(2000), 1001, stamp(9000)}, 3 * second),
            (std::vector<Times>{{0, 3, 500, 2000}, {3, 3, 2000, 3000}}));
}

TEST(Cues, BehindTheEndOfTheSoundAreLeftOut) {
  EXPECT_EQ(cut({stamp(500), 1000, stamp(2000), stamp(3200), 1001, stamp(9000)}, 3 * second),
            (std::vector<Times>{{0, 3, 500, 2000}}));
}

TEST(Transcript, LiesOnTheCallersTimeLine) {
  LaneCase test;
  // Two spans with five seconds between them: the cue of the second one lies behind the gap.
  test.script->speak = saying(test.vocabulary, {{0, {stamp(0), 1000, stamp(2000), stamp(2000), 1001, stamp(3000)}}});
  WindowRequest request = window_of(0);
  request.options.timestamps = true;
  request.samples.resize(4 * second, 0.0f);
  request.spans = {{10 * second, 2 * second}, {17 * second, 2 * second}};
  const WindowResult result = test.run_one(std::move(request));
  ASSERT_EQ(result.status, FW_STATUS_OK) << result.message;
  ASSERT_EQ(result.cues.size(), 2u);
  EXPECT_EQ(result.cues[0].first_sample, 10 * second);
  EXPECT_EQ(result.cues[0].end_sample, 12 * second);
  EXPECT_EQ(result.cues[1].first_sample, 17 * second);
  EXPECT_EQ(result.cues[1].end_sample, 18 * second);
  EXPECT_EQ(result.cues[0].text, std::string(test.vocabulary.bytes(1000)).substr(1)) << "without the blank before it";
}

/** Two cues of two and one words, with a sound that has no pauses. */
WindowRequest request_with_words(int32_t voice) {
  WindowRequest request = window_of(voice);
  request.options.timestamps = true;
  request.options.words = true;
  request.samples.resize(6 * second, 0.5f);
  request.spans = {{20 * second, 6 * second}};
  return request;
}
const std::vector<int32_t> two_cues = {stamp(0), 1000, 1001, stamp(3000), stamp(3000), 1002, stamp(6000)};

TEST(Words, AreAlignedOnceToTheTextWithoutItsTimeStamps) {
  LaneCase test;
  test.script->speak = saying(test.vocabulary, {{0, two_cues}});
  const WindowResult result = test.run_one(request_with_words(0));
  ASSERT_EQ(result.status, FW_STATUS_OK) << result.message;
  const SpecialTokens& special = test.vocabulary.special();
  EXPECT_EQ(test.script->aligned[0],
            (std::vector<std::vector<int32_t>>{{special.start, special.no_timestamps, 1000, 1001, 1002, special.end}}));
}

TEST(Words, BelongToTheirCuesAndBoundThem) {
  LaneCase test;
  test.script->speak = saying(test.vocabulary, {{0, two_cues}});
  const WindowResult result = test.run_one(request_with_words(0));
  ASSERT_EQ(result.words.size(), 3u) << result.message;
  ASSERT_EQ(result.cues.size(), 2u);
  EXPECT_EQ(result.cues[0].first_word, 0);
  EXPECT_EQ(result.cues[0].n_words, 2);
  EXPECT_EQ(result.cues[1].first_word, 2);
  EXPECT_EQ(result.cues[1].n_words, 1);
  EXPECT_EQ(result.cues[0].first_sample, result.words[0].first_sample);
  EXPECT_EQ(result.cues[0].end_sample, result.words[1].end_sample);
  EXPECT_EQ(result.cues[1].first_sample, result.words[2].first_sample);
  EXPECT_GE(result.words[0].first_sample, 20 * second) << "on the caller's time line";
  EXPECT_EQ(result.words[1].text, std::string(test.vocabulary.bytes(1001)).substr(1));
}

TEST(Words, AreNotAskedForWhereTheWindowIsSilent) {
  LaneCase test;
  test.script->speak = saying(test.vocabulary, {{0, {stamp(0)}}});
  EXPECT_TRUE(test.run_one(request_with_words(0)).words.empty());
  EXPECT_TRUE(test.script->aligned.empty());
}

TEST(Words, ThatCannotBeAlignedFailTheirWindowAlone) {
  LaneCase test;
  test.script->speak = saying(test.vocabulary, {{0, two_cues}, {1, two_cues}});
  test.script->before_align = [](int32_t voice) {
    if (voice == 1) throw std::bad_alloc();
  };
  auto results = test.run({request_with_words(0), request_with_words(1)});
  EXPECT_EQ(results[0].status, FW_STATUS_OK);
  EXPECT_EQ(results[1].status, FW_STATUS_OUT_OF_MEMORY);
  EXPECT_TRUE(results[1].cues.empty());
}

}  // namespace
}  // namespace fw

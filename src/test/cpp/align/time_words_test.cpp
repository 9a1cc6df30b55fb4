#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "align/word_times.h"
#include "base/error.h"

namespace fw {
namespace {

constexpr int64_t ms = 16;

/** A stretch of sound, ms. */
struct Sound {
  int64_t begin;
  int64_t end;
};

std::vector<float> sounds(int64_t length_ms, const std::vector<Sound>& parts) {
  std::mt19937 random(11);
  std::normal_distribution<float> normal(0.0f, 0.1f);
  std::vector<float> samples(static_cast<size_t>(length_ms * ms));
  for (const Sound& part : parts) {
    for (int64_t i = part.begin * ms; i != part.end * ms; ++i) samples[static_cast<size_t>(i)] = normal(random);
  }
  return samples;
}

/** A path that touches the first text token at frame 0, where every path begins, and what follows at these frames. */
Alignment passing(const std::vector<int32_t>& frames) {
  Alignment alignment{.first_frames = {0}, .next_probability = {}};
  alignment.first_frames.insert(alignment.first_frames.end(), frames.begin(), frames.end());
  alignment.next_probability.assign(frames.size() + 2, 0.5f);
  return alignment;
}

std::vector<Word> timed(const Alignment& alignment, const std::vector<TextToken>& tokens,
                        const std::vector<float>& samples, const std::vector<fw_span>& spans) {
  return time_words(
      {.alignment = alignment, .n_prefix = 2, .tokens = tokens, .language = "en", .samples = samples, .spans = spans});
}

TEST(TimeWordsTest, BeginsAWordBehindThePauseBeforeItAndEndsOneWhereItsSoundStops) {
  const std::vector<float> samples = sounds(3000, {{200, 900}, {1800, 2600}});
  // "one" begins at the first frame, "two" at the next, and the text ends at the last.
  const Alignment alignment = passing({60, 140});
  const std::vector<Word> words = timed(alignment, {{" one", 0}, {" two.", 0}}, samples, {{0, 3000 * ms}});
  ASSERT_EQ(words.size(), 2u);
  EXPECT_EQ(words[0].text, "one");
  EXPECT_EQ(words[1].text, "two.");
  EXPECT_NEAR(static_cast<double>(words[0].first_sample), 200.0 * ms, 20.0 * ms);
  EXPECT_NEAR(static_cast<double>(words[0].end_sample), 900.0 * ms, 20.0 * ms);
  EXPECT_NEAR(static_cast<double>(words[1].first_sample), 1800.0 * ms, 20.0 * ms);
  EXPECT_NEAR(static_cast<double>(words[1].end_sample), 2600.0 * ms, 20.0 * ms);
  EXPECT_FLOAT_EQ(words[0].probability, 0.5f);
}

TEST(TimeWordsTest, LaysNoWordOverTheJoinOfTwoSpans) {
  const std::vector<float> samples = sounds(3000, {{200, 900}, {1800, 2600}});
  const std::vector<fw_span> spans = {{5000 * ms, 1300 * ms}, {60000 * ms, 1700 * ms}};
  const std::vector<Word> words = timed(passing({60, 140}), {{" one", 0}, {" two", 0}}, samples, spans);
  ASSERT_EQ(words.size(), 2u);
  EXPECT_LE(words[0].end_sample, 6300 * ms);
  EXPECT_GE(words[1].first_sample, 60000 * ms);
  EXPECT_LE(words[1].end_sample, 61700 * ms);
}

TEST(TimeWordsTest, GivesEveryWordALengthAndKeepsTheirOrderWhateverThePath) {
  for (uint32_t seed = 0; seed != 100; ++seed) {
    std::mt19937 random(seed);
    std::vector<Sound> parts;
    for (int64_t at = random() % 400; at < 2500; at += 100 + random() % 900) {
      parts.push_back({at, at + 50 + static_cast<int64_t>(random() % 400)});
      at = parts.back().end;
    }
    const std::vector<float> samples = sounds(3400, parts);
    const int32_t n = 1 + static_cast<int32_t>(random() % 20);
    std::vector<int32_t> frames;
    for (int32_t i = 0; i != n; ++i) frames.push_back(static_cast<int32_t>(random() % 170));
    std::sort(frames.begin(), frames.end());
    const Alignment alignment = passing(frames);
    std::vector<TextToken> tokens(static_cast<size_t>(n), {" word", 0});
    const std::vector<fw_span> spans = {{16000, 1600 * ms}, {160000, 1800 * ms}};
    const std::vector<Word> words = timed(alignment, tokens, samples, spans);
    ASSERT_EQ(words.size(), static_cast<size_t>(n));
    int64_t end_before = 0;
    for (const Word& word : words) {
      ASSERT_LT(word.first_sample, word.end_sample) << "seed " << seed;
      ASSERT_GE(word.first_sample, end_before) << "seed " << seed;
      end_before = word.end_sample;
      const bool in_first = word.first_sample >= 16000 && word.end_sample <= 16000 + 1600 * ms;
      const bool in_second = word.first_sample >= 160000 && word.end_sample <= 160000 + 1800 * ms;
      ASSERT_TRUE(in_first || in_second) << "seed " << seed << ": " << word.first_sample << ".." << word.end_sample;
    }
  }
}

/** One word from the begin, where every path begins, to 2400 ms, in sound from 200 ms on but for these pauses. */
Word word_among_pauses(const std::vector<Sound>& pauses) {
  std::vector<Sound> parts;
  int64_t from = 200;
  for (const Sound& pause : pauses) {
    parts.push_back({from, pause.begin});
    from = pause.end;
  }
  parts.push_back({from, 3000});
  return timed(passing({120}), {{" one", 0}}, sounds(3000, parts), {{0, 3000 * ms}}).at(0);
}

void expect_at(const Word& word, int64_t begin_ms, int64_t end_ms) {
  EXPECT_NEAR(static_cast<double>(word.first_sample), static_cast<double>(begin_ms * ms), 20.0 * ms);
  EXPECT_NEAR(static_cast<double>(word.end_sample), static_cast<double>(end_ms * ms), 20.0 * ms);
}

TEST(TimeWordsTest, TakesSilencesOf120MsForPauses) {
  expect_at(word_among_pauses({{2500, 2610}}), 200, 2400);
  expect_at(word_among_pauses({{2500, 2620}}), 200, 2500);
}

TEST(TimeWordsTest, LeavesAPauseInsideAWordUnlessItIsLong) {
  expect_at(word_among_pauses({{1300, 1500}}), 200, 2400);
  expect_at(word_among_pauses({{1000, 1480}}), 200, 2400);
  expect_at(word_among_pauses({{1200, 1720}}), 200, 1200);
}

TEST(TimeWordsTest, SettlesAtThePauseWithin300MsThatIsLongest) {
  expect_at(word_among_pauses({{1960, 2110}}), 200, 1960);
  expect_at(word_among_pauses({{1880, 2080}}), 200, 2400);
  expect_at(word_among_pauses({{2450, 2700}, {2800, 2930}}), 200, 2450);
  expect_at(word_among_pauses({{2450, 2580}, {2700, 2950}}), 200, 2700);
}

TEST(TimeWordsTest, SharesATokensTimeOutByItsBytes) {
  const std::vector<Word> words =
      timed(passing({120}), {{" one two", 0}}, sounds(3000, {{200, 3000}}), {{0, 3000 * ms}});
  ASSERT_EQ(words.size(), 2u);
  expect_at(words[0], 200, 1200);
  expect_at(words[1], 1200, 2400);
}

TEST(TimeWordsTest, GivesEveryWordTheMeanProbabilityOfItsOwnTokens) {
  Alignment alignment = passing({40, 60, 140});
  alignment.next_probability = {0.9f, 0.2f, 0.4f, 0.8f, 0.1f};
  const std::vector<Word> words =
      timed(alignment, {{" one", 0}, {" tw", 0}, {"o.", 0}}, sounds(3000, {{200, 3000}}), {{0, 3000 * ms}});
  ASSERT_EQ(words.size(), 2u);
  EXPECT_FLOAT_EQ(words[0].probability, 0.2f);
  EXPECT_FLOAT_EQ(words[1].probability, 0.6f);
  EXPECT_EQ(words[1].first_token, 1);
  EXPECT_EQ(words[1].n_tokens, 2);
}

TEST(TimeWordsTest, CutsAWordOverAJoinToTheSpanThatHoldsMostOfIt) {
  const std::vector<float> samples = sounds(3000, {{200, 3000}});
  const Alignment alignment = passing({120});
  const Word early = timed(alignment, {{" one", 0}}, samples, {{0, 1800 * ms}, {9000 * ms, 1200 * ms}}).at(0);
  expect_at(early, 200, 1800);
  const Word late = timed(alignment, {{" one", 0}}, samples, {{0, 800 * ms}, {9000 * ms, 2200 * ms}}).at(0);
  expect_at(late, 9000, 10600);
}

TEST(TimeWordsTest, RefusesAPathOfAnotherText) {
  const std::vector<float> samples = sounds(3000, {{200, 3000}});
  const std::vector<fw_span> spans = {{0, 3000 * ms}};
  EXPECT_THROW(timed(passing({60, 120}), {{" one", 0}}, samples, spans), Error);
  Alignment alignment = passing({120});
  alignment.next_probability.pop_back();
  EXPECT_THROW(timed(alignment, {{" one", 0}}, samples, spans), Error);
}

TEST(TimeWordsTest, LooksAtAllFramesThatHoldSoundAndAtLeastAtOne) {
  EXPECT_EQ(alignment_frames(0), 1);
  EXPECT_EQ(alignment_frames(320), 1);
  EXPECT_EQ(alignment_frames(321), 2);
  EXPECT_EQ(alignment_frames(480000), 1500);
}

TEST(TimeWordsTest, HasNoWordsWithoutTokens) {
  EXPECT_TRUE(timed(Alignment(), {}, sounds(1000, {}), {{0, 1000 * ms}}).empty());
}

}  // namespace
}  // namespace fw

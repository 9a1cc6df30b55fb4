#include "decode/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "decode/scripted_network.h"

namespace fw {
namespace {

DecodeOptions beam_options(int32_t width) {
  DecodeOptions options = plain_options();
  options.beam_size = width;
  return options;
}

float logit(double probability) { return static_cast<float>(std::log(probability)); }

/** 3000 looks better than 3100 at first, but nothing likely comes after it. */
Logits garden_path(const Line& line) {
  const int32_t end = english_vocabulary().special().end;
  if (line.sampled.empty()) return {{3000, logit(0.6)}, {3100, logit(0.4)}};
  if (line.sampled.front() == 3000) {
    if (line.sampled.size() == 3) return certain(end);
    Logits equal;
    for (int32_t t = 0; t != 10; ++t) equal[3001 + t] = 0.0f;
    return equal;
  }
  return certain(line.sampled.size() < 3 ? 3100 + static_cast<int32_t>(line.sampled.size()) : end);
}

TEST(Search, WithABeamLeavesTheGardenPathThatGreedyTakes) {
  LaneCase test;
  test.script->speak = garden_path;
  const WindowResult greedy = test.run_one(window_of(0, beam_options(1)));
  const WindowResult beam = test.run_one(window_of(1, beam_options(5)));
  EXPECT_EQ(greedy.text.tokens.front(), 3000);
  EXPECT_EQ(beam.text.tokens, (std::vector<int32_t>{3100, 3101, 3102}));
  EXPECT_NEAR(beam.text.avg_logprob, std::log(0.4) / 4.0, 1e-6) << "the mean counts end-of-text";
}

TEST(Search, RanksEndedTextsByTheirMeanLogProbability) {
  LaneCase test;
  const int32_t end = test.vocabulary.special().end;
  // "3000" alone has probability 0.3 and the long text 0.25 in all; but by token the long one is likelier.
  test.script->speak = [&](const Line& line) -> Logits {
    if (line.sampled.empty()) return {{3000, logit(0.6)}, {3100, logit(0.4)}};
    if (line.sampled.front() == 3000) return {{end, logit(0.5)}, {3001, logit(0.5)}};
    if (line.sampled.size() == 1) return {{3101, logit(0.625)}, {3102, logit(0.375)}};
    return certain(line.sampled.size() < 8 ? 3110 : end);
  };
  EXPECT_EQ(test.run_one(window_of(0, beam_options(3))).text.tokens.size(), 8u);
}

TEST(Search, PrefersTheEarlierBeamAndTokenAmongEquals) {
  LaneCase test;
  const int32_t end = test.vocabulary.special().end;
  test.script->speak = [&](const Line& line) -> Logits {
    if (line.sampled.size() == 4) return certain(end);
    return {{3000, 0.0f}, {3001, 0.0f}, {3002, 0.0f}};
  };
  EXPECT_EQ(test.run_one(window_of(0, beam_options(2))).text.tokens, (std::vector<int32_t>{3000, 3000, 3000, 3000}));
}

TEST(Search, KeepsEachBeamOnItsOwnCache) {
  LaneCase test({.batch = 2, .max_beam = 4, .queue = 0});
  const int32_t end = test.vocabulary.special().end;
  // What may follow is decided by the sum of the tokens before: a beam on another's cache would meet a wrong sum. The
  // script also fails where the network's cache and the path that reaches it differ in length.
  test.script->speak = [&](const Line& line) -> Logits {
    if (line.sampled.size() == 12) return certain(end);
    int32_t sum = line.voice;
    for (const int32_t token : line.sampled) sum = (sum * 31 + token) % 1009;
    return {{3000 + sum, logit(0.4)}, {4100 + sum, logit(0.35)}, {5200 + sum, logit(0.25)}};
  };
  const auto results = test.run({window_of(0, beam_options(4)), window_of(1, beam_options(4))});
  for (const auto& [tag, result] : results) {
    ASSERT_EQ(result.status, FW_STATUS_OK) << result.message;
    ASSERT_EQ(result.text.tokens.size(), 12u);
    int32_t sum = static_cast<int32_t>(tag);
    for (const int32_t token : result.text.tokens) {
      EXPECT_EQ(token, 3000 + sum);
      sum = (sum * 31 + token) % 1009;
    }
  }
}

TEST(Search, GivesTheSameTextWithAnyBeamBesideIt) {
  const auto winding = [](const Line& line) -> Logits {
    if (line.sampled.size() == 15) return certain(english_vocabulary().special().end);
    int32_t sum = line.voice;
    for (const int32_t token : line.sampled) sum = (sum * 31 + token) % 1009;
    Logits some;
    for (int32_t t = 0; t != 6; ++t) some[3000 + 1009 * t + sum] = static_cast<float>((sum * (t + 3)) % 17) * 0.1f;
    return some;
  };
  LaneCase alone({.batch = 1, .max_beam = 5, .queue = 0});
  LaneCase together({.batch = 8, .max_beam = 5, .queue = 8});
  alone.script->speak = together.script->speak = winding;
  std::vector<WindowRequest> requests;
  for (int32_t voice = 0; voice != 12; ++voice) requests.push_back(window_of(voice, beam_options(1 + voice % 5)));
  const auto results = together.run(std::move(requests));
  for (int32_t voice = 0; voice != 12; ++voice) {
    const WindowResult single = alone.run_one(window_of(voice, beam_options(1 + voice % 5)));
    EXPECT_EQ(results.at(voice).text.tokens, single.text.tokens);
    EXPECT_EQ(results.at(voice).text.avg_logprob, single.text.avg_logprob);
  }
}

TEST(Search, KeepsABeamFullWhereEndOfTextIsAmongTheBest) {
  LaneCase test;
  const int32_t end = test.vocabulary.special().end;
  // The first token cannot be the end. Then the third candidate alone leads to the text that is likeliest by token.
  test.script->speak = [&](const Line& line) -> Logits {
    if (line.sampled.empty()) return certain(2000);
    if (line.sampled.size() == 1) return {{end, logit(0.4)}, {3000, logit(0.35)}, {3100, logit(0.25)}};
    if (line.sampled.size() == 9) return certain(end);
    if (line.sampled[1] == 3100) return certain(3101);
    Logits equal;
    for (int32_t t = 0; t != 10; ++t) equal[3001 + t] = 0.0f;
    return equal;
  };
  EXPECT_EQ(test.run_one(window_of(0, beam_options(2))).text.tokens[1], 3100);
}

TEST(Search, TakesWhatStillRunsWhereNoTextEndsInTime) {
  LaneCase test;
  test.script->speak = [](const Line&) -> Logits { return {{3000, logit(0.7)}, {3001, logit(0.3)}}; };
  DecodeOptions options = beam_options(3);
  options.max_tokens = 20;
  EXPECT_EQ(test.run_one(window_of(0, options)).text.tokens, std::vector<int32_t>(20, 3000));
}

TEST(Search, SamplesAloneAboveTemperatureZeroWhateverTheBeam) {
  LaneCase test;
  const int32_t end = test.vocabulary.special().end;
  test.script->speak = [&](const Line& line) -> Logits {
    if (line.sampled.size() == 30) return certain(end);
    return {{3000, logit(0.5)}, {3001, logit(0.5)}};
  };
  DecodeOptions options = beam_options(5);
  options.temperatures = {0.8f};
  const WindowResult result = test.run_one(window_of(0, options));
  EXPECT_EQ(std::count(test.script->n_best.begin(), test.script->n_best.end(), 1),
            static_cast<std::ptrdiff_t>(test.script->n_best.size()));
  EXPECT_NE(std::count(result.text.tokens.begin(), result.text.tokens.end(), 3000), 0);
  EXPECT_NE(std::count(result.text.tokens.begin(), result.text.tokens.end(), 3000), 30);
}

}  // namespace
}  // namespace fw

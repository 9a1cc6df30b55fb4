#include "ops/pick.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/random.h"
#include "ops/op_test.h"

namespace fw {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// A small vocabulary in Whisper's order: text, end, special ones, no_timestamps, time stamps.
constexpr int32_t kVocab = 120;
constexpr int32_t kBlank = 5;
constexpr int32_t kEnd = 90;
constexpr int32_t kNoSpeech = 92;
constexpr int32_t kNoTimestamps = 93;
constexpr int32_t kBegin = 94;
constexpr int32_t kSuppressed[] = {7, 8, 91, 92};

/** Of large-v3. */
constexpr int32_t kWholeVocab = 51866;
constexpr TokenKinds kWholeKinds = {220, 50257, 50363, 50364, 50365, {}};

class PickTest : public OpTest {
 protected:
  Pick pick(const Device& device, Executor& executor, const std::vector<float>& logits, const TokenRule& rule) {
    return pick_rows(device, executor, logits, {rule}).front();
  }

  /** Rows of the whole vocabulary of large-v3, whose every 97th token is suppressed. */
  static std::vector<Pick> pick_whole_rows(const Device& device, Executor& executor, const std::vector<float>& logits,
                                           const std::vector<TokenRule>& rules, int64_t gap) {
    std::vector<uint8_t> suppressed(kWholeVocab, 0);
    for (size_t token = 1; token < suppressed.size(); token += 97) {
      suppressed[token] = 1;
    }
    const std::unique_ptr<Memory> mask = device.allocate(suppressed.size());
    device.upload(mask->data(), suppressed.data(), suppressed.size());
    TokenKinds kinds = kWholeKinds;
    kinds.suppressed = Tensor(mask->data(), DataType::u8, 1, kWholeVocab);
    const GuardedMatrix in(device, static_cast<int64_t>(rules.size()), kWholeVocab, logits, gap);
    std::vector<Pick> picks(rules.size());
    ops::pick(executor, {in.tensor(), &kinds, rules, picks});
    return picks;
  }

  Pick pick(const std::vector<float>& logits, const TokenRule& rule) {
    return pick(*device_, *executor_, logits, rule);
  }

  std::vector<Pick> pick_rows(const Device& device, Executor& executor, const std::vector<float>& logits,
                              const std::vector<TokenRule>& rules) {
    std::vector<uint8_t> suppressed(kVocab, 0);
    for (const int32_t token : kSuppressed) {
      suppressed[static_cast<size_t>(token)] = 1;
    }
    const std::unique_ptr<Memory> mask = device.allocate(suppressed.size());
    device.upload(mask->data(), suppressed.data(), suppressed.size());
    const TokenKinds kinds = {kBlank,        kEnd,   kNoSpeech,
                              kNoTimestamps, kBegin, Tensor(mask->data(), DataType::u8, 1, kVocab)};
    const GuardedMatrix in(device, static_cast<int64_t>(rules.size()), kVocab, logits);
    std::vector<Pick> picks(rules.size());
    ops::pick(executor, {in.tensor(), &kinds, rules, picks});
    return picks;
  }

  /** Logits of 0 with some tokens raised. */
  static std::vector<float> raised(std::initializer_list<std::pair<int32_t, float>> tokens) {
    std::vector<float> logits(kVocab, 0.0f);
    for (const auto& [token, logit] : tokens) {
      logits[static_cast<size_t>(token)] = logit;
    }
    return logits;
  }

  int32_t token(const std::vector<float>& logits, const TokenRule& rule) {
    return pick(logits, rule).candidates.front().token;
  }

  /** In the middle of a cue: the last two tokens were text. */
  static TokenRule in_text() {
    TokenRule rule;
    rule.last_but_one_was_timestamp = false;
    return rule;
  }
};

TEST_P(PickTest, TakesTheLowestIdAmongEquals) {
  TokenRule rule;
  rule.unrestricted = true;
  EXPECT_EQ(token(raised({{80, 3.0f}, {40, 3.0f}, {110, 3.0f}}), rule), 40);
  rule.first_token = 41;
  EXPECT_EQ(token(raised({{80, 3.0f}, {40, 3.0f}, {110, 3.0f}}), rule), 80);
  rule.last_token = 60;
  EXPECT_EQ(token(raised({{80, 3.0f}, {40, 3.0f}}), rule), 41);
}

TEST_P(PickTest, MasksSuppressedTokensOnlyWhereAsked) {
  TokenRule rule = in_text();
  const std::vector<float> logits = raised({{7, 9.0f}, {20, 8.0f}});
  EXPECT_EQ(token(logits, rule), 20);
  rule.suppress = false;
  EXPECT_EQ(token(logits, rule), 7);
}

TEST_P(PickTest, BeginsWithATimestampUpToTheHighestOrWithTextThatIsNoBlank) {
  TokenRule rule;
  rule.first_place = true;
  const std::vector<float> logits = raised({{kBlank, 30.0f}, {kEnd, 29.0f}, {11, 28.0f}, {110, 6.0f}, {97, 5.0f}});
  EXPECT_EQ(token(logits, rule), 110);
  rule.max_initial_timestamp = 100;
  EXPECT_EQ(token(logits, rule), 97);
  rule.timestamps = false;
  EXPECT_EQ(token(logits, rule), 11);
}

TEST_P(PickTest, NeverGivesNoTimestampsAndMasksTheEndOnDemand) {
  TokenRule rule = in_text();
  EXPECT_EQ(token(raised({{kNoTimestamps, 40.0f}, {kEnd, 30.0f}, {3, 20.0f}}), rule), kEnd);
  rule.mask_end = true;
  EXPECT_EQ(token(raised({{kNoTimestamps, 40.0f}, {kEnd, 30.0f}, {3, 20.0f}}), rule), 3);
}

TEST_P(PickTest, ClosesACueWithOneTimestampAndOpensTheNextWithAnother) {
  TokenRule rule;
  rule.last_was_timestamp = true;
  rule.last_but_one_was_timestamp = false;
  const std::vector<float> logits = raised({{20, 50.0f}, {100, 10.0f}, {99, 11.0f}});
  EXPECT_EQ(token(logits, rule), 99) << "after text and a time stamp no text";
  EXPECT_EQ(token(raised({{20, 50.0f}, {kEnd, 20.0f}}), rule), kEnd) << "but the end may follow";
  rule.min_timestamp = 100;
  EXPECT_EQ(token(logits, rule), 100) << "and no earlier time stamp";
  rule.last_but_one_was_timestamp = true;
  EXPECT_EQ(token(raised({{20, 5.0f}, {100, 50.0f}}), rule), 20) << "after two time stamps text";
}

TEST_P(PickTest, TakesATimestampWhereAllTogetherAreMoreProbableThanAnyOtherToken) {
  // 26 time stamps of 0 weigh e^3.26; the best one of them has the lowest id.
  EXPECT_EQ(token(raised({{20, 3.2f}}), in_text()), kBegin);
  EXPECT_EQ(token(raised({{20, 3.3f}}), in_text()), 20);
}

TEST_P(PickTest, ReportsLogProbabilitiesOverThePermittedTokensAtTemperatureOne) {
  TokenRule rule = in_text();
  rule.timestamps = false;
  rule.last_token = 21;
  rule.n_best = 2;
  rule.suppress = false;
  const Pick best = pick(raised({{20, 4.0f}, {21, 3.0f}, {50, 9.0f}, {kNoSpeech, 2.0f}}), rule);
  const double total = std::exp(4.0) + std::exp(3.0) + 20.0;
  ASSERT_EQ(best.candidates.size(), 2u);
  EXPECT_EQ(best.candidates[0].token, 20);
  EXPECT_NEAR(best.candidates[0].logprob, 4.0 - std::log(total), 1e-5);
  EXPECT_EQ(best.candidates[1].token, 21);
  EXPECT_NEAR(best.candidates[1].logprob, 3.0 - std::log(total), 1e-5);
  const double all = std::exp(9.0) + std::exp(4.0) + std::exp(3.0) + std::exp(2.0) + kVocab - 4;
  EXPECT_NEAR(best.no_speech_probability, std::exp(2.0) / all, 1e-6);
}

TEST_P(PickTest, SamplesByTheInverseOfTheDistributionAtItsTemperature) {
  TokenRule rule = in_text();
  rule.timestamps = false;
  rule.first_token = 10;
  rule.last_token = 12;
  rule.temperature = 0.5f;
  // At temperature 0.5 the weights are 1, e^2 and e^4: shares 0.0159, 0.1173 and 0.8668.
  const std::vector<float> logits = raised({{11, 1.0f}, {12, 2.0f}});
  const std::pair<double, int32_t> expected[] = {{0.0, 10},   {0.0158, 10}, {0.0160, 11},
                                                 {0.133, 11}, {0.1335, 12}, {0.9999999, 12}};
  for (const auto& [random, id] : expected) {
    rule.random = random;
    EXPECT_EQ(token(logits, rule), id) << "at " << random;
  }
  rule.random = 0.05;
  EXPECT_NEAR(pick(logits, rule).candidates.front().logprob, 1.0 - std::log(1.0 + std::exp(1.0) + std::exp(2.0)), 1e-5);
}

TEST_P(PickTest, EndsWhereNothingIsPermitted) {
  TokenRule rule;
  rule.first_place = true;
  rule.max_initial_timestamp = 0;
  EXPECT_EQ(pick(raised({}), rule).candidates.front().token, kEnd);
  EXPECT_EQ(pick(raised({}), rule).candidates.front().logprob, -kInfinity);
  const std::vector<float> broken(kVocab, std::numeric_limits<float>::quiet_NaN());
  EXPECT_EQ(token(broken, in_text()), kEnd);
  EXPECT_EQ(token(std::vector<float>(kVocab, -kInfinity), in_text()), kEnd);
}

TEST_P(PickTest, EqualsThePlainTwinForRandomRulesAlsoInABatch) {
  SplitMix64 random(17);
  const auto coin = [&] { return random.next() % 2 == 0; };
  std::vector<float> logits;
  std::vector<TokenRule> rules;
  for (int32_t i = 0; i < 400; ++i) {
    TokenRule rule;
    rule.unrestricted = random.next() % 8 == 0;
    rule.suppress = coin();
    rule.first_place = random.next() % 4 == 0;
    rule.timestamps = random.next() % 4 != 0;
    rule.last_was_timestamp = coin();
    rule.last_but_one_was_timestamp = coin();
    rule.min_timestamp = coin() ? 0 : kBegin + static_cast<int32_t>(random.next() % 30);
    rule.max_initial_timestamp = coin() ? INT32_MAX : kBegin + static_cast<int32_t>(random.next() % 26);
    rule.mask_end = coin();
    rule.temperature = random.next() % 3 == 0 ? 0.7f : 0.0f;
    rule.random = random.next_unit();
    rule.n_best = 1 + static_cast<int32_t>(random.next() % 5);
    if (random.next() % 6 == 0) {
      rule.first_token = 30;
      rule.last_token = 100;
    }
    rules.push_back(rule);
    // Half of them in coarse steps, so that many are equal.
    std::vector<float> row = random_values(kVocab, 1000 + static_cast<uint64_t>(i));
    for (float& value : row) {
      value = i % 2 == 0 ? value * 6.0f : std::round(value * 3.0f);
    }
    logits.insert(logits.end(), row.begin(), row.end());
  }
  const std::vector<Pick> expected = pick_rows(*plain_device_, *plain_, logits, rules);
  const std::vector<Pick> found = pick_rows(*device_, *executor_, logits, rules);
  for (size_t i = 0; i < rules.size(); ++i) {
    ASSERT_EQ(found[i].candidates.size(), expected[i].candidates.size()) << "row " << i;
    for (size_t j = 0; j < expected[i].candidates.size(); ++j) {
      ASSERT_EQ(found[i].candidates[j].token, expected[i].candidates[j].token) << "row " << i << " candidate " << j;
      if (std::isfinite(expected[i].candidates[j].logprob)) {
        ASSERT_NEAR(found[i].candidates[j].logprob, expected[i].candidates[j].logprob, 1e-5);
      }
    }
    ASSERT_NEAR(found[i].no_speech_probability, expected[i].no_speech_probability, 1e-6);
    const Pick alone =
        pick(*device_, *executor_,
             {logits.begin() + static_cast<int64_t>(i) * kVocab, logits.begin() + static_cast<int64_t>(i + 1) * kVocab},
             rules[i]);
    ASSERT_EQ(alone.candidates.front().token, found[i].candidates.front().token);
    ASSERT_EQ(alone.candidates.front().logprob, found[i].candidates.front().logprob);
    ASSERT_EQ(alone.no_speech_probability, found[i].no_speech_probability);
  }
}

TEST_P(PickTest, EqualsThePlainTwinForAWholeVocabularyWhereverItsRowsBegin) {
  std::vector<float> logits;
  std::vector<TokenRule> rules;
  for (int32_t i = 0; i < 16; ++i) {
    TokenRule rule = in_text();
    rule.timestamps = i % 4 != 3;
    rule.first_place = i % 8 == 5;
    rule.max_initial_timestamp = kWholeKinds.timestamp_begin + 50;
    rule.n_best = i % 4 == 1 ? 17 : 1 + i % 7;
    rule.temperature = i % 4 == 2 ? 0.6f : 0.0f;
    rule.random = i == 2 ? 0.0 : i == 6 ? 0x1.fffffffffffffp-1 : 0.05 * i;
    rules.push_back(rule);
    std::vector<float> row = random_values(kWholeVocab, 2000 + static_cast<uint64_t>(i));
    for (float& value : row) {
      value = i < 8 ? value * 12.0f : std::round(value * 12.0f);
    }
    if (i == 9 || i == 10) {
      // So far above the permitted tokens that beside it they all vanish.
      row[1] = 200.0f;
    }
    if (i == 12) {
      std::fill(row.begin() + 300, row.begin() + 50300, -kInfinity);
    }
    if (i == 4 || i == 8) {
      row[kWholeVocab - 1] = 20.0f;
    }
    logits.insert(logits.end(), row.begin(), row.end());
  }
  const std::vector<Pick> expected = pick_whole_rows(*plain_device_, *plain_, logits, rules, 0);
  // Rows that begin at multiples of 16 bytes, and rows that do not.
  const std::vector<Pick> found = pick_whole_rows(*device_, *executor_, logits, rules, 2);
  const std::vector<Pick> again = pick_whole_rows(*device_, *executor_, logits, rules, 1);
  for (size_t i = 0; i < rules.size(); ++i) {
    ASSERT_EQ(found[i].candidates.size(), expected[i].candidates.size()) << "row " << i;
    for (size_t j = 0; j < expected[i].candidates.size(); ++j) {
      ASSERT_EQ(found[i].candidates[j].token, expected[i].candidates[j].token) << "row " << i << " candidate " << j;
      ASSERT_NEAR(found[i].candidates[j].logprob, expected[i].candidates[j].logprob, 2e-5) << "row " << i;
      ASSERT_EQ(again[i].candidates[j].token, found[i].candidates[j].token) << "row " << i;
      ASSERT_EQ(again[i].candidates[j].logprob, found[i].candidates[j].logprob) << "row " << i;
    }
    ASSERT_NEAR(found[i].no_speech_probability, expected[i].no_speech_probability, 1e-6) << "row " << i;
    ASSERT_EQ(again[i].no_speech_probability, found[i].no_speech_probability) << "row " << i;
  }
}

TEST_P(PickTest, GivesTheProbabilityOfATargetAmongTheTextTokens) {
  const std::vector<float> logits = raised({{20, 4.0f}, {kEnd, 9.0f}});
  std::vector<float> two = logits;
  two.insert(two.end(), logits.begin(), logits.end());
  const GuardedMatrix in(*device_, 2, kVocab, two);
  const std::vector<int32_t> targets = {20, kEnd};
  std::vector<float> probabilities(2, -1.0f);
  ops::token_probability(*executor_, {in.tensor(), kEnd, targets, probabilities});
  EXPECT_NEAR(probabilities[0], std::exp(4.0) / (std::exp(4.0) + kEnd - 1), 1e-6);
  EXPECT_EQ(probabilities[1], 0.0f) << "no text token";
}

TEST_P(PickTest, RefusesARuleOutOfRange) {
  TokenRule rule;
  rule.random = 1.0;
  EXPECT_THROW(pick(raised({}), rule), Error);
  rule.random = 0.0;
  rule.n_best = 0;
  EXPECT_THROW(pick(raised({}), rule), Error);
}

FW_INSTANTIATE_OP_TEST(PickTest);

}  // namespace
}  // namespace fw

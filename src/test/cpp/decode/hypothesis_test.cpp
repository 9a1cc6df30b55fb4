#include "decode/hypothesis.h"

#include <gtest/gtest.h>

#include "decode/scripted_network.h"

namespace fw {
namespace {

const SpecialTokens& special() { return english_vocabulary().special(); }
int32_t at(int32_t steps) { return special().timestamp_begin + steps; }

TEST(TokenRuleState, BeginsWithAnEarlyTimeStamp) {
  const TokenRule rule = rule_after(special(), {}, true);
  EXPECT_TRUE(rule.first_place);
  EXPECT_TRUE(rule.timestamps);
  EXPECT_FALSE(rule.last_was_timestamp);
  EXPECT_TRUE(rule.last_but_one_was_timestamp);
  EXPECT_EQ(rule.min_timestamp, 0);
  EXPECT_EQ(rule.max_initial_timestamp, at(50)) << "1.0 s";
}

TEST(TokenRuleState, AsksForTextAfterTheFirstTimeStamp) {
  const TokenRule rule = rule_after(special(), std::vector<int32_t>{at(3)}, true);
  EXPECT_FALSE(rule.first_place);
  EXPECT_TRUE(rule.last_was_timestamp);
  EXPECT_TRUE(rule.last_but_one_was_timestamp) << "the one before the first counts as one";
}

TEST(TokenRuleState, LetsACueEndOnlyAfterItsStart) {
  const TokenRule rule = rule_after(special(), std::vector<int32_t>{at(3), 1000, 1001}, true);
  EXPECT_FALSE(rule.last_was_timestamp);
  EXPECT_EQ(rule.min_timestamp, at(4));
}

TEST(TokenRuleState, LetsACueBeginWhereTheLastOneEnded) {
  const TokenRule rule = rule_after(special(), std::vector<int32_t>{at(3), 1000, at(40)}, true);
  EXPECT_TRUE(rule.last_was_timestamp);
  EXPECT_FALSE(rule.last_but_one_was_timestamp);
  EXPECT_EQ(rule.min_timestamp, at(40));
}

TEST(TokenRuleState, AsksForTextAfterAPairOfTimeStamps) {
  const TokenRule rule = rule_after(special(), std::vector<int32_t>{at(3), 1000, at(40), at(41)}, true);
  EXPECT_TRUE(rule.last_was_timestamp);
  EXPECT_TRUE(rule.last_but_one_was_timestamp);
  EXPECT_EQ(rule.min_timestamp, at(42));
}

TEST(TokenRuleState, SaysWhereTimeStampsAreOff) {
  EXPECT_FALSE(rule_after(special(), std::vector<int32_t>{1000}, false).timestamps);
}

}  // namespace
}  // namespace fw

// What every network keeps to, whatever computes it: see model/network.h.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "device_cases/device_case.h"
#include "model/network_case.h"
#include "model_maker/model_maker.h"

namespace fw {
namespace {

constexpr int32_t kWindows = 8;

/** What one row was given, to the bit. */
struct Trace {
  std::vector<int32_t> tokens;
  std::vector<float> numbers;
  bool operator==(const Trace&) const = default;
};

class NetworkTest : public testing::TestWithParam<DeviceCase> {
 protected:
  /** Made once for each device. */
  static std::shared_ptr<const Model> small_model(const DeviceCase& device) {
    static std::map<std::string, std::shared_ptr<const Model>> models;
    std::shared_ptr<const Model>& model = models[device.name];
    if (model == nullptr) {
      ModelRecipe recipe;
      recipe.shape = small_shape(51864, 80, 64, 2);
      ModelFile file = ModelFile::from_bytes(make_model(recipe).bytes(), "small");
      model = Model::load(std::move(file), device.open(), {{1, 1}, {0, 0}, {1, 0}});
    }
    return model;
  }

  /** Two seconds of noise that no other window has. */
  static std::vector<float> sound(int32_t window) {
    SplitMix64 random(static_cast<uint64_t>(window) + 1);
    std::vector<float> samples(32000 + static_cast<size_t>(window) * 997);
    for (float& sample : samples) {
      sample = static_cast<float>(random.next_unit() - 0.5) / static_cast<float>(window + 1);
    }
    return samples;
  }

  /** A network whose place i holds the sound of windows[i]. */
  std::unique_ptr<Network> network_of(const std::vector<int32_t>& windows, int32_t n_threads) const {
    std::unique_ptr<Network> network = make_network(model_, {kWindows, kWindows, n_threads});
    for (size_t i = 0; i < windows.size(); ++i) {
      network->encode(static_cast<int32_t>(i), sound(windows[i]));
    }
    return network;
  }

  StepRow row(int32_t at, int32_t place, int32_t token) const {
    StepRow row{at, at, place, token, true, {}};
    row.rule.first_place = place == 0;
    row.rule.last_was_timestamp = place > 0 && token >= begin_;
    row.rule.min_timestamp = begin_ + place;
    row.rule.temperature = place % 3 == 2 ? 0.8f : 0.0f;
    row.rule.random = 0.37;
    return row;
  }

  /** Decodes n_steps tokens of all places together. */
  std::vector<Trace> decode(Network& network, size_t n, int32_t n_steps) const {
    std::vector<Trace> traces(n);
    std::vector<int32_t> tokens(n, start_);
    for (int32_t place = 0; place < n_steps; ++place) {
      std::vector<StepRow> rows;
      for (size_t i = 0; i < n; ++i) {
        rows.push_back(row(static_cast<int32_t>(i), place, tokens[i]));
      }
      const std::vector<Pick> picks = network.step(rows);
      for (size_t i = 0; i < n; ++i) {
        tokens[i] = picks[i].candidates.front().token;
        traces[i].tokens.push_back(tokens[i]);
        traces[i].numbers.push_back(picks[i].candidates.front().logprob);
        traces[i].numbers.push_back(picks[i].no_speech_probability);
      }
    }
    return traces;
  }

  const std::shared_ptr<const Model> model_ = small_model(GetParam());
  const int32_t start_ = model_->vocabulary().special().start;
  const int32_t begin_ = model_->vocabulary().special().timestamp_begin;
};

TEST_P(NetworkTest, GivesAWindowTheSameBitsAloneAndInAnyBatchAndForAnyThreads) {
  const std::vector<int32_t> all = {0, 1, 2, 3, 4, 5, 6, 7};
  const std::vector<Trace> expected = decode(*network_of(all, 1), all.size(), 6);
  EXPECT_NE(expected[0].numbers, expected[1].numbers) << "the sound must matter";
  for (const std::vector<int32_t>& some : {std::vector<int32_t>{3}, {7, 3, 0}, {5, 2, 7, 6, 4, 3, 1, 0}}) {
    const std::vector<Trace> found = decode(*network_of(some, 2), some.size(), 6);
    for (size_t i = 0; i < some.size(); ++i) {
      EXPECT_EQ(found[i], expected[static_cast<size_t>(some[i])]) << "window " << some[i] << " of " << some.size();
    }
  }
}

TEST_P(NetworkTest, TakesAPromptInOneCallAsTokenByToken) {
  const std::unique_ptr<Network> network = network_of({0, 1}, 2);
  std::vector<int32_t> prompt = {start_};
  for (int32_t i = 1; i < 140; ++i) {
    prompt.push_back(300 + i * 7);
  }
  std::vector<StepRow> rows;
  std::vector<Pick> apart;
  for (size_t i = 0; i < prompt.size(); ++i) {
    StepRow next = row(0, static_cast<int32_t>(i), prompt[i]);
    apart.push_back(network->step({&next, 1}).front());
    next.sequence = 1;
    rows.push_back(next);
  }
  const std::vector<Pick> together = network->step(rows);
  ASSERT_EQ(together.size(), apart.size());
  for (size_t i = 0; i < apart.size(); ++i) {
    ASSERT_EQ(together[i].candidates.front().token, apart[i].candidates.front().token) << "place " << i;
    ASSERT_EQ(together[i].candidates.front().logprob, apart[i].candidates.front().logprob) << "place " << i;
  }
}

TEST_P(NetworkTest, PicksTheSameWhereARowFollowsAPickThatIsNotKnownYet) {
  const SpecialTokens& special = model_->vocabulary().special();
  const size_t n = 8;
  /** As it is where another token, a text one, follows those. */
  const auto rule_behind_text = [&](std::span<const int32_t> sampled) {
    TokenRule rule;
    rule.last_but_one_was_timestamp = sampled.empty() || special.is_timestamp(sampled.back());
    const auto last =
        std::find_if(sampled.rbegin(), sampled.rend(), [&](int32_t t) { return special.is_timestamp(t); });
    rule.min_timestamp = last == sampled.rend() ? 0 : *last + 1;
    return rule;
  };
  const auto rows_after = [&](const std::vector<std::vector<int32_t>>& sampled, bool ahead) {
    std::vector<StepRow> rows;
    for (size_t i = 0; i < n; ++i) {
      const std::vector<int32_t>& before = sampled[i];
      const auto at = static_cast<int32_t>(i), place = static_cast<int32_t>(before.size()) + (ahead ? 1 : 0);
      TokenRule rule;
      rule.first_place = place == 0;
      if (ahead) rule = rule_behind_text(before);
      if (!ahead && place > 0) {
        rule = rule_after_token(rule_behind_text(std::span(before).first(before.size() - 1)), before.back(), begin_);
      }
      // As many words as time stamps, so that both come.
      rule.first_token = special.end - 1500;
      rows.push_back({at, at, place, ahead ? -1 - at : before.empty() ? start_ : before.back(), true, rule});
      // Sampling at some places, so that texts and time stamps mix.
      rows.back().rule.temperature = place % 3 == 0 ? 0.0f : 1.0f;
      rows.back().rule.random = SplitMix64(static_cast<uint64_t>(place * 8 + at)).next_unit();
      rows.back().rule.mask_end = true;
    }
    return rows;
  };
  const auto take = [&](const std::vector<Pick>& picks, std::vector<std::vector<int32_t>>& sampled) {
    ASSERT_EQ(picks.size(), n);
    for (size_t i = 0; i < n; ++i) sampled[i].push_back(picks[i].candidates.front().token);
  };
  std::vector<std::vector<int32_t>> expected(n), found(n);
  const std::unique_ptr<Network> one = network_of({0, 1, 2, 3, 4, 5, 6, 7}, 2),
                                 two = network_of({0, 1, 2, 3, 4, 5, 6, 7}, 2);
  for (int32_t step = 0; step < 24; ++step) take(one->step(rows_after(expected, false)), expected);
  two->start_step(rows_after(found, false));
  for (int32_t step = 1; step < 24; ++step) {
    two->start_step(rows_after(found, true));
    take(two->finish_step(), found);
  }
  take(two->finish_step(), found);
  EXPECT_EQ(found, expected);
  int64_t stamps = 0;
  for (const std::vector<int32_t>& sampled : found) {
    stamps += std::count_if(sampled.begin(), sampled.end(), [&](int32_t t) { return special.is_timestamp(t); });
  }
  EXPECT_GT(stamps, static_cast<int64_t>(n)) << "the rules of time stamps must matter";
  EXPECT_LT(stamps, 21 * static_cast<int64_t>(n));
}

TEST_P(NetworkTest, PicksOnlyWhereAskedInTheOrderOfTheRows) {
  const std::unique_ptr<Network> network = network_of({0, 1}, 2);
  std::vector<StepRow> rows = {row(0, 0, start_), row(1, 0, start_), row(1, 1, 440), row(0, 1, 440)};
  const std::vector<Pick> all = network->step(rows);
  rows[0].pick = rows[2].pick = false;
  const std::vector<Pick> some = network->step(rows);
  ASSERT_EQ(some.size(), 2u);
  EXPECT_EQ(some[0].candidates.front().logprob, all[1].candidates.front().logprob);
  EXPECT_EQ(some[1].candidates.front().logprob, all[3].candidates.front().logprob);
}

TEST_P(NetworkTest, GoesOnFromACopiedSequence) {
  const std::unique_ptr<Network> network = network_of({0}, 2);
  for (int32_t place = 0; place < 5; ++place) {
    const StepRow next = row(0, place, 500 + place);
    network->step({&next, 1});
  }
  network->copy_sequence(0, 6, 5);
  StepRow fork = row(0, 5, 777), origin = fork;
  fork.sequence = 6;
  const Pick forked = network->step({&fork, 1}).front();
  const Pick went_on = network->step({&origin, 1}).front();
  EXPECT_EQ(forked.candidates.front().token, went_on.candidates.front().token);
  EXPECT_EQ(forked.candidates.front().logprob, went_on.candidates.front().logprob);
}

TEST_P(NetworkTest, AlignsTheSameWhateverElseWasComputed) {
  std::vector<int32_t> tokens = {start_, model_->vocabulary().special().no_timestamps};
  for (int32_t i = 0; i < 140; ++i) {
    tokens.push_back(1000 + i * 3);
  }
  tokens.push_back(model_->vocabulary().special().end);
  const std::unique_ptr<Network> network = network_of({4, 2}, 2);
  decode(*network, 2, 4);
  const auto n_rows = static_cast<int32_t>(tokens.size()) - 2;
  const Alignment found = network->align({1, 3, tokens, 1, n_rows, 100});
  ASSERT_EQ(found.first_frames.size(), tokens.size() - 2);
  EXPECT_EQ(found.first_frames.front(), 0);
  EXPECT_TRUE(std::is_sorted(found.first_frames.begin(), found.first_frames.end()));
  EXPECT_LT(found.first_frames.back(), 100);
  ASSERT_EQ(found.next_probability.size(), tokens.size() - 1);
  EXPECT_EQ(found.next_probability.front(), 0.0f) << "no text token follows the first";
  EXPECT_EQ(found.next_probability.back(), 0.0f) << "end-of-text is none either";
  for (size_t i = 1; i + 1 < found.next_probability.size(); ++i) {
    ASSERT_GT(found.next_probability[i], 0.0f);
    ASSERT_LT(found.next_probability[i], 1.0f);
  }
  const Alignment alone = network_of({2}, 1)->align({0, 0, tokens, 1, n_rows, 100});
  EXPECT_EQ(alone.first_frames, found.first_frames);
  EXPECT_EQ(alone.next_probability, found.next_probability);
  EXPECT_EQ(network->align({1, 3, tokens, 1, n_rows, 4000}).first_frames,
            network->align({1, 3, tokens, 1, n_rows, 1500}).first_frames);
}

TEST_P(NetworkTest, RefusesWhatItDoesNotHold) {
  EXPECT_THROW(make_network(model_, {0, 1, 1}), Error);
  EXPECT_THROW(make_network(model_, {1, 1, 0}), Error);
  const std::unique_ptr<Network> network = make_network(model_, {1, 1, 1});
  EXPECT_THROW(network->encode(0, std::vector<float>(480001)), Error);
  EXPECT_THROW(network->encode(1, std::vector<float>(16000)), Error);
  EXPECT_NO_THROW(network->encode(0, {})) << "nothing is 30 s of silence";
  for (const StepRow& bad : {row(1, 0, start_), row(0, 448, start_), row(0, 0, 51864), row(0, -1, 0)}) {
    EXPECT_THROW(network->step({&bad, 1}), Error);
  }
  const auto align_of = [&](const std::vector<int32_t>& tokens, int32_t first_row, int32_t n_rows, int32_t n_frames) {
    network->align({0, 0, tokens, first_row, n_rows, n_frames});
  };
  EXPECT_THROW(align_of(std::vector<int32_t>(449, start_), 1, 447, 1500), Error);
  EXPECT_THROW(align_of({start_}, 0, 1, 1500), Error);
  EXPECT_THROW(align_of(std::vector<int32_t>(4, start_), 1, 4, 1500), Error);
  EXPECT_THROW(align_of(std::vector<int32_t>(4, start_), 1, -1, 1500), Error);
  EXPECT_THROW(align_of(std::vector<int32_t>(4, start_), 1, 2, 0), Error);
}

INSTANTIATE_TEST_SUITE_P(Devices, NetworkTest, testing::ValuesIn(network_device_cases()), case_name);

}  // namespace
}  // namespace fw

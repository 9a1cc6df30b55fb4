#include "decode/search.h"

#include <algorithm>
#include <utility>

#include "base/random.h"

namespace fw {

Search::Search(const SpecialTokens& special, const SearchOptions& options, const SearchPlace& place)
    : special_(special), options_(options), place_(place), beams_{{Hypothesis{}, place.first_sequence}} {
  ended_.reserve(static_cast<size_t>(options.width));
}

TokenRule Search::rule(std::span<const int32_t> sampled) const {
  TokenRule rule = rule_after(special_, sampled, options_.timestamps);
  rule.mask_end = options_.force_length;
  rule.temperature = options_.temperature;
  // One candidate more than beams: end-of-text may be among the best, and the beams have to stay full.
  rule.n_best = options_.width == 1 ? 1 : options_.width + 1;
  if (options_.temperature > 0.0f) {
    rule.random = SplitMix64(options_.seed + sampled.size() * splitmix64_step).next_unit();
  }
  return rule;
}

void Search::append_rows(std::vector<StepRow>& rows) const {
  for (const Beam& beam : beams_) {
    const std::vector<int32_t>& tokens = beam.hypothesis.tokens;
    const int32_t token = tokens.empty() ? place_.last_prompt_token : tokens.back();
    rows.push_back({.sequence = beam.sequence,
                    .window = place_.window,
                    .place = place_.n_prompt - 1 + n_sampled(),
                    .token = token,
                    .pick = true,
                    .rule = rule(tokens)});
  }
}

void Search::append_row_ahead(std::vector<StepRow>& rows, int32_t pick) const {
  const Beam& beam = beams_.front();
  std::vector<int32_t> sampled = beam.hypothesis.tokens;
  // Any text token: the rule of a row whose token is a pick's is to be the one that follows text.
  sampled.push_back(0);
  rows.push_back({.sequence = beam.sequence,
                  .window = place_.window,
                  .place = place_.n_prompt + n_sampled(),
                  .token = -1 - pick,
                  .pick = true,
                  .rule = rule(sampled)});
}

std::vector<Search::Step> Search::rank(std::span<const Pick> picks) const {
  std::vector<Step> steps;
  for (size_t b = 0; b != beams_.size(); ++b) {
    for (const Candidate& candidate : picks[b].candidates) {
      steps.push_back({beams_[b].hypothesis.sum_logprob + static_cast<double>(candidate.logprob), b, candidate});
    }
  }
  std::stable_sort(steps.begin(), steps.end(),
                   [](const Step& a, const Step& b) { return a.sum_logprob > b.sum_logprob; });
  return steps;
}

void Search::take(std::span<const Pick> picks, Network& network) {
  const size_t width = static_cast<size_t>(options_.width);
  std::vector<Step> going_on;
  for (const Step& step : rank(picks)) {
    if (step.candidate.token != special_.end) {
      going_on.push_back(step);
      if (going_on.size() == width) break;
    } else if (ended_.size() != width) {
      ended_.push_back(beams_[step.beam].hypothesis);
      ended_.back().sum_logprob = step.sum_logprob;
    }
  }
  done_ = ended_.size() == width || going_on.empty();
  if (done_) return;
  fork(going_on, network);
  done_ = n_sampled() == options_.max_tokens;
  if (!done_) return;
  // Out of places: what still runs counts where fewer texts than the beam is wide have ended.
  for (size_t b = 0; b != beams_.size() && ended_.size() != width; ++b)
    ended_.push_back(std::move(beams_[b].hypothesis));
}

void Search::fork(std::span<const Step> steps, Network& network) {
  // The first child of a beam goes on in its sequence; further children take sequences that no beam goes on in.
  std::vector<int32_t> free_sequences;
  std::vector<bool> goes_on(beams_.size(), false);
  for (const Step& step : steps) goes_on[step.beam] = true;
  for (int32_t s = options_.width - 1; s >= 0; --s) {
    const int32_t sequence = place_.first_sequence + s;
    const auto in_use = [&](size_t b) { return goes_on[b] && beams_[b].sequence == sequence; };
    bool used = false;
    for (size_t b = 0; b != beams_.size(); ++b) used = used || in_use(b);
    if (!used) free_sequences.push_back(sequence);
  }
  const int32_t n_places = place_.n_prompt + n_sampled();
  std::vector<bool> taken(beams_.size(), false);
  std::vector<Beam> next;
  next.reserve(steps.size());
  for (const Step& step : steps) {
    const Beam& parent = beams_[step.beam];
    Beam child{parent.hypothesis, parent.sequence};
    if (taken[step.beam]) {
      child.sequence = free_sequences.back();
      free_sequences.pop_back();
      network.copy_sequence(parent.sequence, child.sequence, n_places);
    }
    taken[step.beam] = true;
    child.hypothesis.tokens.push_back(step.candidate.token);
    child.hypothesis.logprobs.push_back(step.candidate.logprob);
    child.hypothesis.sum_logprob = step.sum_logprob;
    next.push_back(std::move(child));
  }
  beams_ = std::move(next);
}

const Hypothesis& Search::best() const {
  const auto mean = [](const Hypothesis& h) {
    return h.sum_logprob / static_cast<double>(std::max<size_t>(h.tokens.size(), 1));
  };
  return *std::max_element(ended_.begin(), ended_.end(),
                           [&](const Hypothesis& a, const Hypothesis& b) { return mean(a) < mean(b); });
}

}  // namespace fw

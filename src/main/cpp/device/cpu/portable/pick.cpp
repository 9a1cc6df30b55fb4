// Floor: each logit read once; here four times (mask, largest, sum of the permitted, sum of all), from the second
// cache.
#include <algorithm>
#include <cmath>
#include <limits>

#include "device/cpu/chosen_tokens.h"
#include "device/cpu/portable/portable_executor.h"

namespace fw {
namespace {

constexpr float kMasked = -std::numeric_limits<float>::infinity();
/** Logits below which waking a thread costs more than it gives. */
constexpr int64_t kSerialWork = 1 << 17;

/** The logits of one row, those that its rule forbids replaced by minus infinity. */
class MaskedLogits {
 public:
  MaskedLogits(float* x, int32_t n, const Kernels& set) : x_(x), n_(n), set_(set) {}

  void apply(const float* logits, const TokenRule& rule, const TokenKinds& kinds) {
    std::copy(logits, logits + n_, x_);
    mask(0, rule.first_token);
    if (rule.last_token < n_) {
      mask(rule.last_token + 1, n_);
    }
    if (rule.unrestricted) {
      return;
    }
    if (rule.suppress) {
      const auto* suppressed = static_cast<const uint8_t*>(kinds.suppressed.data);
      for (int32_t i = 0; i < n_; ++i) {
        x_[i] = suppressed[i] != 0 ? kMasked : x_[i];
      }
    }
    mask(kinds.no_timestamps, kinds.no_timestamps + 1);
    if (rule.first_place) {
      mask(kinds.blank, kinds.blank + 1);
      mask(kinds.end, kinds.end + 1);
    }
    if (rule.mask_end) {
      mask(kinds.end, kinds.end + 1);
    }
    if (rule.timestamps) {
      apply_timestamp_rules(rule, kinds);
    } else {
      mask(kinds.timestamp_begin, n_);
    }
  }

  const float* data() const { return x_; }

 private:
  void mask(int32_t first, int32_t end) {
    const int32_t from = std::clamp(first, 0, n_);
    std::fill(x_ + from, x_ + std::clamp(end, from, n_), kMasked);
  }

  void apply_timestamp_rules(const TokenRule& rule, const TokenKinds& kinds) {
    const int32_t begin = kinds.timestamp_begin;
    // Time stamps come in pairs, except directly before end-of-text.
    if (rule.last_was_timestamp) {
      if (rule.last_but_one_was_timestamp) {
        mask(begin, n_);
      } else {
        mask(0, kinds.end);
      }
    }
    mask(begin, rule.min_timestamp);
    if (rule.first_place) {
      mask(0, begin);
      if (rule.max_initial_timestamp < n_) {
        mask(std::max(begin, rule.max_initial_timestamp + 1), n_);
      }
    }
    // Where all time stamps together are more probable than any other token, one of them is taken.
    const float largest_stamp = set_.maximum(x_ + begin, n_ - begin);
    if (largest_stamp > kMasked) {
      const float all_stamps = largest_stamp + std::log(set_.sum_exp(x_ + begin, n_ - begin, largest_stamp));
      if (all_stamps > set_.maximum(x_, begin)) {
        mask(0, begin);
      }
    }
  }

  float* x_;
  int32_t n_;
  const Kernels& set_;
};

/** The n most probable tokens, the lowest id first among equals. */
std::vector<int32_t> best_tokens(const float* x, int32_t n_vocab, int32_t n, float largest) {
  if (n == 1) {
    return {static_cast<int32_t>(std::find(x, x + n_vocab, largest) - x)};
  }
  std::vector<int32_t> best;
  for (int32_t i = 0; i < n_vocab; ++i) {
    if (!(x[i] > kMasked) || (static_cast<int32_t>(best.size()) == n && x[i] <= x[best.back()])) {
      continue;
    }
    const auto place = std::find_if(best.begin(), best.end(), [&](int32_t other) { return x[i] > x[other]; });
    best.insert(place, i);
    if (static_cast<int32_t>(best.size()) > n) {
      best.pop_back();
    }
  }
  return best;
}

/** Inverse of the distribution function, summed over rising ids. */
int32_t sample(const float* x, int32_t n_vocab, float largest, const TokenRule& rule) {
  const auto weight = [&](int32_t i) {
    return x[i] > kMasked ? std::exp((static_cast<double>(x[i]) - largest) / rule.temperature) : 0.0;
  };
  double total = 0.0;
  for (int32_t i = 0; i < n_vocab; ++i) {
    total += weight(i);
  }
  const double target = rule.random * total;
  double below = 0.0;
  int32_t last = 0;
  for (int32_t i = 0; i < n_vocab; ++i) {
    const double w = weight(i);
    if (w > 0.0) {
      last = i;
      below += w;
      if (below > target) {
        break;
      }
    }
  }
  return last;
}

}  // namespace

void PortableExecutor::pick(const PickArgs& args) {
  const Kernels& set = kernel_set();
  const int32_t n = static_cast<int32_t>(args.logits.cols);
  const TokenKinds& kinds = *args.kinds;
  pool().run_if(args.logits.rows * n > kSerialWork, args.logits.rows, [&](int64_t row, int32_t thread) {
    const float* logits = args.logits.f32(row);
    const TokenRule rule = rule_of(args, static_cast<size_t>(row));
    Pick& pick = args.picks[static_cast<size_t>(row)];
    pick.candidates.clear();

    const float largest_of_all = set.maximum(logits, n);
    pick.no_speech_probability =
        std::exp(logits[kinds.no_speech] - largest_of_all) / set.sum_exp(logits, n, largest_of_all);

    MaskedLogits masked(thread_scratch(thread).take<float>(static_cast<size_t>(n)), n, set);
    masked.apply(logits, rule, kinds);
    const float* x = masked.data();
    const float largest = set.maximum(x, n);
    if (!std::isfinite(largest)) {
      pick.candidates.push_back({kinds.end, kMasked});
      return;
    }
    const float log_total = largest + std::log(set.sum_exp(x, n, largest));
    if (rule.temperature > 0.0f) {
      const int32_t token = sample(x, n, largest, rule);
      pick.candidates.push_back({token, x[token] - log_total});
    } else {
      for (const int32_t token : best_tokens(x, n, rule.n_best, largest)) {
        pick.candidates.push_back({token, x[token] - log_total});
      }
    }
  });
  keep_chosen(args);
}

void PortableExecutor::token_probability(const TokenProbabilityArgs& args) {
  const Kernels& set = kernel_set();
  pool().run_if(args.logits.rows * args.end > kSerialWork, args.logits.rows, [&](int64_t row, int32_t) {
    const float* logits = args.logits.f32(row);
    const int32_t target = args.targets[static_cast<size_t>(row)];
    float probability = 0.0f;
    if (target >= 0 && target < args.end) {
      const float largest = set.maximum(logits, args.end);
      probability = std::exp(logits[target] - largest) / set.sum_exp(logits, args.end, largest);
    }
    args.probabilities[static_cast<size_t>(row)] = probability;
  });
}

}  // namespace fw

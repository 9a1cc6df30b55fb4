#include "lane_bench.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iomanip>
#include <ostream>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "decode/lane.h"
#include "fastwhisper.h"
#include "model/device_network.h"

namespace fw::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/** 30 s that no other window has: tones under noise. */
std::vector<float> make_sound(uint64_t seed) {
  SplitMix64 random(seed);
  const double pitch = 500.0 + 400.0 * random.next_unit();
  std::vector<float> samples(FW_WINDOW_MAX_SAMPLES);
  for (size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / FW_SAMPLE_RATE_HZ;
    samples[i] = static_cast<float>(0.2 * std::sin(pitch * t) * (0.5 + 0.5 * std::sin(7.0 * t)) +
                                    0.05 * (random.next_unit() - 0.5));
  }
  return samples;
}

/** What one lane is given and how long its windows were. */
class Feeder {
 public:
  Feeder(Lane& lane, const LaneBench& bench, const std::vector<std::vector<float>>& sounds, uint64_t seed)
      : lane_(lane), bench_(bench), sounds_(sounds), random_(seed) {}

  /** Gives n windows in and takes them out again; tokens sampled in all. */
  int64_t run(int32_t n) {
    int64_t n_tokens = 0;
    int32_t given = 0;
    for (int32_t taken = 0; taken < n;) {
      while (given < n && lane_.free_places() > 0) {
        lane_.submit(request(given));
        ++given;
      }
      const std::optional<WindowResult> result = lane_.poll(std::chrono::milliseconds(1000));
      if (!result) continue;
      if (result->status != FW_STATUS_OK) throw Error(result->status, result->message);
      n_tokens += static_cast<int64_t>(result->text.tokens.size());
      if (result->words.empty()) throw Error(FW_STATUS_INTERNAL, "a window came back without words");
      ++taken;
    }
    return n_tokens;
  }

 private:
  WindowRequest request(int32_t number) {
    WindowRequest request;
    request.tag = number;
    request.options.language = "en";
    request.options.timestamps = false;
    request.options.force_length = true;
    request.options.min_avg_logprob = request.options.min_cue_logprob = -INFINITY;
    const auto n_lengths = static_cast<uint64_t>(bench_.most_tokens - bench_.least_tokens + 1);
    request.options.max_tokens = bench_.least_tokens + static_cast<int32_t>(random_.next() % n_lengths);
    request.samples = sounds_[static_cast<size_t>(number) % sounds_.size()];
    request.spans = {{0, FW_WINDOW_MAX_SAMPLES}};
    return request;
  }

  Lane& lane_;
  const LaneBench& bench_;
  const std::vector<std::vector<float>>& sounds_;
  SplitMix64 random_;
};

/** Milliseconds of the parts of a batch's work on a network of its own, each the least of some runs. */
struct Parts {
  double encode_ms = 0;
  double step_ms = 0;
  double align_ms = 0;
};

Parts measure_parts(const std::shared_ptr<const Model>& model, int32_t batch,
                    const std::vector<std::vector<float>>& sounds) {
  DeviceNetwork network(model, {.n_windows = batch, .n_sequences = batch, .n_threads = 1});
  const auto least = [](int32_t repeats, const auto& work) {
    double best = INFINITY;
    for (int32_t i = 0; i < repeats; ++i) {
      const auto start = Clock::now();
      work();
      best = std::min(best, 1000.0 * seconds_since(start));
    }
    return best;
  };
  std::vector<EncodeRequest> windows;
  for (int32_t i = 0; i < batch; ++i) windows.push_back({i, sounds[static_cast<size_t>(i) % sounds.size()]});
  const auto rows_at = [&](int32_t place) {
    std::vector<StepRow> rows(static_cast<size_t>(batch));
    for (int32_t i = 0; i < batch; ++i) {
      StepRow& row = rows[static_cast<size_t>(i)];
      row = {i, i, place, 300 + i, true, {}};
      row.rule.mask_end = true;
      row.rule.timestamps = false;
    }
    return rows;
  };
  Parts parts;
  // A step ends with its picks in host memory, and waits for what was enqueued before.
  const std::vector<StepRow> first = rows_at(0);
  parts.encode_ms = least(3, [&] {
    network.encode(windows);
    network.step({&first.front(), 1});
  });
  for (int32_t place = 0; place < 4; ++place) network.step(rows_at(place));
  const std::vector<StepRow> middle = rows_at(50);
  parts.step_ms = least(8, [&] { network.step(middle); });
  const std::vector<int32_t> text(100, 300);
  parts.align_ms = least(3, [&] { network.align({0, 0, text, 1, 98, 1500}); });
  return parts;
}

}  // namespace

void run_lane_bench(std::ostream& out, const std::string& name,
                    const std::function<std::shared_ptr<const Model>()>& load, const LaneBench& bench) {
  std::vector<std::shared_ptr<const Model>> models{load()};
  while (bench.copies && static_cast<int32_t>(models.size()) < bench.n_lanes) models.push_back(load());
  std::vector<std::vector<float>> sounds;
  for (uint64_t i = 0; i < 8; ++i) sounds.push_back(make_sound(bench.seed + i));

  const LaneLimits limits{.batch = bench.batch, .max_beam = 1, .queue = bench.batch};
  std::vector<std::unique_ptr<Lane>> lanes;
  for (int32_t i = 0; i < bench.n_lanes; ++i) {
    const auto& model = models[static_cast<size_t>(i) % models.size()];
    lanes.push_back(std::make_unique<Lane>(make_network(model, network_limits(limits, 1)), model->vocabulary(),
                                           model->shape().n_text_ctx, limits));
  }
  const auto run_all = [&](int32_t n, uint64_t seed) {
    std::vector<int64_t> tokens(lanes.size());
    std::vector<std::exception_ptr> failures(lanes.size());
    std::vector<std::thread> threads;
    for (size_t i = 0; i < lanes.size(); ++i) {
      threads.emplace_back([&, i] {
        try {
          tokens[i] = Feeder(*lanes[i], bench, sounds, seed + i).run(n);
        } catch (...) {
          failures[i] = std::current_exception();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const std::exception_ptr& failure : failures) {
      if (failure) std::rethrow_exception(failure);
    }
    int64_t sum = 0;
    for (const int64_t n_tokens : tokens) sum += n_tokens;
    return sum;
  };
  // The first batch captures graphs and chooses products.
  run_all(bench.batch + 1, bench.seed + 1000);
  const int32_t n_each = bench.n_windows > 0 ? (bench.n_windows + bench.n_lanes - 1) / bench.n_lanes : 2 * bench.batch;
  const auto start = Clock::now();
  const int64_t n_tokens = run_all(n_each, bench.seed);
  const double seconds = seconds_since(start);
  const int32_t n_windows = n_each * bench.n_lanes;
  lanes.clear();
  const Parts parts = measure_parts(models.front(), bench.batch, sounds);
  out << std::fixed << std::setprecision(3) << "{\"model\":\"" << name << "\",\"implementation\":\""
      << models.front()->device().implementation() << "\",\"precision\":" << models.front()->device().precision()
      << ",\"lanes\":" << bench.n_lanes << ",\"copies\":" << (bench.copies ? bench.n_lanes : 1)
      << ",\"batch\":" << bench.batch << ",\"windows\":" << n_windows << ",\"tokens\":" << n_tokens
      << ",\"seconds\":" << seconds << ",\"windowsPerSecond\":" << n_windows / seconds
      << ",\"tokensPerSecond\":" << static_cast<double>(n_tokens) / seconds
      << ",\"realTime\":" << 30.0 * n_windows / seconds << ",\"encodeMsBatch\":" << parts.encode_ms
      << ",\"stepMsBatch\":" << parts.step_ms << ",\"alignMsWindow\":" << parts.align_ms
      << ",\"weightsBytes\":" << models.front()->weights_bytes() << "}" << std::endl;
}

}  // namespace fw::bench

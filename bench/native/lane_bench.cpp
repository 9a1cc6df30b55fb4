#include "lane_bench.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iomanip>
#include <ostream>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "decode/lane.h"
#include "fastwhisper.h"
#include "floor.h"
#include "model/device_network.h"
#include "window_parts.h"

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

/** The GPU of a device, by what computes it; a processor's own name else. */
fw_device_info described(const Device& device) {
  fw_device_info info{};
  // The benchmark computes on one device; GPU numbers follow the processor's, which is 0.
  const bool is_gpu = device.implementation().starts_with("cuda");
  for (int32_t i = is_gpu ? 1 : 0; i < fw_device_count(); ++i) {
    if (fw_device_describe(i, &info) == FW_STATUS_OK) break;
  }
  return info;
}

/** Of NVIDIA's kernel module; "" where there is none. */
std::string driver_version() {
  std::ifstream file("/sys/module/nvidia/version");
  std::string version;
  std::getline(file, version);
  return version;
}

const char* precision_name(fw_precision precision) {
  switch (precision) {
    case FW_PRECISION_F32:
      return "f32";
    case FW_PRECISION_F16:
      return "f16";
    case FW_PRECISION_BF16:
      return "bf16";
    case FW_PRECISION_INT8:
      return "int8";
    default:
      return "auto";
  }
}

}  // namespace

void run_lane_bench(std::ostream& out, const std::string& name, std::span<const std::shared_ptr<const Model>> models,
                    const LaneBench& bench) {
  std::vector<std::vector<float>> sounds;
  for (uint64_t i = 0; i < 8; ++i) sounds.push_back(make_sound(bench.seed + i));

  const LaneLimits limits{.batch = bench.batch, .max_beam = 1, .queue = bench.batch};
  std::vector<std::unique_ptr<Lane>> lanes;
  for (int32_t i = 0; i < bench.n_lanes; ++i) {
    const auto& model = models[static_cast<size_t>(i) % models.size()];
    NetworkLimits network = network_limits(limits, 1);
    network.eight_bit_audio = bench.eight_bit_audio;
    network.use_streams = bench.use_streams;
    lanes.push_back(
        std::make_unique<Lane>(make_network(model, network), model->vocabulary(), model->shape().n_text_ctx, limits));
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
  // All memory is taken when a lane is opened.
  const int64_t used_bytes = models.front()->device().used_bytes();
  lanes.clear();
  const WindowParts parts = measure_parts(models.front(), bench, sounds);
  const fw_device_info gpu = described(models.front()->device());
  const double real_time = 30.0 * n_windows / seconds;
  out << std::fixed << std::setprecision(3) << "{\"model\":\"" << name << "\",\"device\":\"" << gpu.name
      << "\",\"driver\":\"" << driver_version() << "\",\"implementation\":\""
      << models.front()->device().implementation() << "\",\"precision\":\""
      << precision_name(models.front()->device().precision()) << "\",\"eightBitAudio\":" << bench.eight_bit_audio
      << ",\"streams\":" << bench.use_streams << ",\"lanes\":" << bench.n_lanes
      << ",\"copies\":" << (bench.copies ? bench.n_lanes : 1) << ",\"batch\":" << bench.batch
      << ",\"windows\":" << n_windows << ",\"tokens\":" << n_tokens << ",\"seconds\":" << seconds
      << ",\"windowsPerSecond\":" << n_windows / seconds
      << ",\"tokensPerSecond\":" << static_cast<double>(n_tokens) / seconds << ",\"realTime\":" << real_time;
  if (const std::optional<Ceilings> ceilings = ceilings_of(gpu.name)) {
    const double floor = floor_seconds(models.front()->shape(), *ceilings, static_cast<double>(n_tokens) / n_windows,
                                       bench.batch, bench.eight_bit_audio);
    out << ",\"floorRealTime\":" << 30.0 / floor << ",\"shareOfFloor\":" << real_time * floor / 30.0;
  }
  out << ",\"encodeMsBatch\":" << parts.encode_ms << ",\"stepMsBatch\":" << parts.step_ms
      << ",\"alignMsWindow\":" << parts.align_ms << ",\"usedBytes\":" << used_bytes
      << ",\"weightsBytes\":" << models.front()->weights_bytes() << "}" << std::endl;
}

}  // namespace fw::bench

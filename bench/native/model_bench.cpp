#include "model_bench.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <vector>

#include "fastwhisper.h"
#include "model/device_network.h"

namespace fw::bench {
namespace {

/** 30 s of three tones that come and go. */
std::vector<float> make_sound() {
  std::vector<float> samples(FW_WINDOW_MAX_SAMPLES);
  for (size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / FW_SAMPLE_RATE_HZ;
    const double envelope = 0.5 + 0.5 * std::sin(6.0 * t);
    samples[i] = static_cast<float>(0.2 * envelope *
                                    (std::sin(900.0 * t) + std::sin(3100.0 * t + 0.5) + 0.3 * std::sin(12000.0 * t)));
  }
  return samples;
}

template <typename Work>
double milliseconds(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

template <typename Work>
double least(int32_t repeats, const Work& work) {
  double best = std::numeric_limits<double>::infinity();
  for (int32_t i = 0; i < repeats; ++i) best = std::min(best, milliseconds(work));
  return best;
}

/** kWindowTokens steps of a batch, greedy, end-of-text masked. */
void decode(Network& network, int32_t batch, int32_t first_token) {
  std::vector<StepRow> rows(static_cast<size_t>(batch));
  for (int32_t i = 0; i < batch; ++i) {
    StepRow& row = rows[static_cast<size_t>(i)];
    row = {i, i, 0, first_token, true, {}};
    row.rule.mask_end = true;
    row.rule.timestamps = false;
  }
  for (int32_t place = 0; place < kWindowTokens; ++place) {
    const std::vector<Pick> picks = network.step(rows);
    for (size_t i = 0; i < rows.size(); ++i) {
      rows[i].place = place + 1;
      rows[i].token = picks[i].candidates.front().token;
    }
  }
}

}  // namespace

ModelTimes measure_model(std::shared_ptr<const Model> model, const std::string& name, int32_t n_threads,
                         int32_t repeats) {
  const std::vector<float> sound = make_sound();
  const int32_t largest = *std::max_element(std::begin(kBatches), std::end(kBatches));
  DeviceNetwork network(model, {largest, largest, n_threads});
  const std::vector<int32_t> text(kWindowTokens, 100);
  const auto align = [&](int32_t window) {
    network.align({window, window, text, 1, kWindowTokens - 2, model->shape().n_audio_ctx});
  };
  ModelTimes times;
  times.name = name;
  times.implementation = model->device().implementation();
  times.n_threads = n_threads;
  times.weights_bytes = static_cast<int64_t>(model->weights_bytes());

  // The first calls compile products and touch memory.
  for (int32_t window = 0; window < largest; ++window) network.encode(window, sound);
  align(0);
  for (const int32_t batch : kBatches) decode(network, batch, 100);

  times.log_mel_ms = least(repeats, [&] { network.encoder().log_mel(sound); });
  times.encode_ms = least(repeats, [&] { network.encode(0, sound); }) - times.log_mel_ms;
  times.align_ms = least(repeats, [&] { align(0); });
  for (size_t i = 0; i < std::size(kBatches); ++i) {
    const int32_t batch = kBatches[i];
    times.step_ms[i] = least(repeats, [&] { decode(network, batch, 100); }) / kWindowTokens;
    times.windows_ms[i] = least(repeats, [&] {
      for (int32_t window = 0; window < batch; ++window) network.encode(window, sound);
      decode(network, batch, 100);
      for (int32_t window = 0; window < batch; ++window) align(window);
    });
  }
  return times;
}

}  // namespace fw::bench

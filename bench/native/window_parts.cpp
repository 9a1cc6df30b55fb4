#include "window_parts.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "model/device_network.h"

namespace fw::bench {

WindowParts measure_parts(const std::shared_ptr<const Model>& model, const LaneBench& bench,
                          const std::vector<std::vector<float>>& sounds) {
  const int32_t batch = bench.batch;
  DeviceNetwork network(model, {.n_windows = batch,
                                .n_sequences = batch,
                                .n_threads = 1,
                                .use_streams = bench.use_streams,
                                .eight_bit_audio = bench.eight_bit_audio});
  const auto least = [](int32_t repeats, const auto& work) {
    double best = INFINITY;
    for (int32_t i = 0; i < repeats; ++i) {
      const auto start = std::chrono::steady_clock::now();
      work();
      best =
          std::min(best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
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
  WindowParts parts;
  // A step ends with its picks in host memory, and waits for what was enqueued before.
  const std::vector<StepRow> first = rows_at(0);
  parts.encode_ms = least(2, [&] {
    network.encode(windows);
    network.step({&first.front(), 1});
  });
  for (int32_t place = 0; place < 4; ++place) network.step(rows_at(place));
  const std::vector<StepRow> middle = rows_at(50);
  parts.step_ms = least(8, [&] { network.step(middle); });
  const std::vector<int32_t> text(100, 300);
  const int32_t n_together = std::min(batch, network.group());
  std::vector<AlignRequest> texts;
  for (int32_t i = 0; i < n_together; ++i) texts.push_back({i, i, text, 1, 98, 1500});
  parts.align_ms = least(3, [&] { network.align(texts); }) / n_together;
  return parts;
}

}  // namespace fw::bench

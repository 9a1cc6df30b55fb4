// Floor: 188 calls of power_spectra for 3,000 frames (see there); the filters are zero but for two slopes each.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "device/cpu/portable/portable_executor.h"

namespace fw {
namespace {

constexpr int64_t kWindow = 400;
constexpr int64_t kHop = 160;
constexpr int64_t kBins = 201;
/** Frames of one call of power_spectra. */
constexpr int64_t kFrames = 16;

/** Periodic Hann window, as torch.hann_window(400). */
const std::array<double, kWindow>& hann() {
  static const auto window = [] {
    std::array<double, kWindow> w;
    for (int64_t i = 0; i < kWindow; ++i) {
      w[static_cast<size_t>(i)] = 0.5 * (1.0 - std::cos(2.0 * std::acos(-1.0) * static_cast<double>(i) / kWindow));
    }
    return w;
  }();
  return window;
}

/** The stretch of bins where a filter is not zero. */
struct FilterReach {
  int64_t first = 0;
  int64_t end = 0;
};

std::vector<FilterReach> filter_reaches(const Tensor& filters) {
  std::vector<FilterReach> reaches(static_cast<size_t>(filters.rows));
  for (int64_t mel = 0; mel < filters.rows; ++mel) {
    const float* f = filters.f32(mel);
    FilterReach& reach = reaches[static_cast<size_t>(mel)];
    while (reach.first < kBins && f[reach.first] == 0.0f) {
      ++reach.first;
    }
    reach.end = kBins;
    while (reach.end > reach.first && f[reach.end - 1] == 0.0f) {
      --reach.end;
    }
  }
  return reaches;
}

}  // namespace

void PortableExecutor::log_mel(const LogMelArgs& args) {
  const Kernels& set = kernel_set();
  const int64_t n_frames = args.y.rows, n_mels = args.y.cols, total = n_frames * kHop;
  const int64_t n_samples = static_cast<int64_t>(args.samples.size());
  const std::vector<FilterReach> reaches = filter_reaches(args.filters);
  const std::array<double, kWindow>& window = hann();
  // Sample i of the padded signal; beyond its ends the signal is reflected, the outermost sample not doubled.
  const auto sample = [&](int64_t i) {
    i = i < 0 ? -i : i >= total ? 2 * (total - 1) - i : i;
    return i < n_samples ? static_cast<double>(args.samples[static_cast<size_t>(i)]) : 0.0;
  };

  constexpr int64_t kDoubles = (kWindow + kBins) * kFrames;
  constexpr size_t kScratch = kDoubles + kSpectraWorkBytes / sizeof(double);
  const int64_t n_blocks = (n_frames + kFrames - 1) / kFrames;
  std::vector<float> largest_of(static_cast<size_t>(n_blocks), -std::numeric_limits<float>::infinity());
  pool().run(n_blocks, [&](int64_t block, int32_t thread) {
    const int64_t first = block * kFrames;
    float& largest = largest_of[static_cast<size_t>(block)];
    auto* frames = thread_scratch(thread).take<double>(kScratch);
    double* power = frames + kWindow * kFrames;
    const int64_t n = std::min(kFrames, n_frames - first);
    for (int64_t frame = 0; frame < kFrames; ++frame) {
      const int64_t start = (first + frame) * kHop - kWindow / 2;
      for (int64_t i = 0; i < kWindow; ++i) {
        frames[i * kFrames + frame] = frame < n ? sample(start + i) * window[static_cast<size_t>(i)] : 0.0;
      }
    }
    set.power_spectra(frames, power, frames + kDoubles);
    for (int64_t mel = 0; mel < n_mels; ++mel) {
      const float* filter = args.filters.f32(mel);
      const FilterReach& reach = reaches[static_cast<size_t>(mel)];
      std::array<double, kFrames> energy = {};
      for (int64_t bin = reach.first; bin < reach.end; ++bin) {
        for (int64_t frame = 0; frame < kFrames; ++frame) {
          energy[static_cast<size_t>(frame)] += power[bin * kFrames + frame] * filter[bin];
        }
      }
      for (int64_t frame = 0; frame < n; ++frame) {
        const float level = static_cast<float>(std::log10(std::max(energy[static_cast<size_t>(frame)], 1e-10)));
        args.y.f32(first + frame)[mel] = level;
        largest = std::max(largest, level);
      }
    }
  });
  const float largest = *std::max_element(largest_of.begin(), largest_of.end());
  for (int64_t frame = 0; frame < n_frames; ++frame) {
    float* y = args.y.f32(frame);
    for (int64_t mel = 0; mel < n_mels; ++mel) {
      y[mel] = (std::max(y[mel], largest - 8.0f) + 4.0f) / 4.0f;
    }
  }
}

}  // namespace fw

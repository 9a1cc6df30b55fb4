#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "device/cpu/plain/plain_executor.h"

namespace fw {

void PlainExecutor::log_mel(const LogMelArgs& args) {
  constexpr int64_t kWindow = 400, kHop = 160, kBins = 201;
  const double pi = std::acos(-1.0);
  double cosine[kWindow], sine[kWindow];
  for (int64_t i = 0; i < kWindow; ++i) {
    const double angle = 2.0 * pi * static_cast<double>(i) / kWindow;
    cosine[i] = std::cos(angle);
    sine[i] = std::sin(angle);
  }
  const int64_t total = args.y.rows * kHop;
  std::vector<double> signal(static_cast<size_t>(total), 0.0);
  std::copy(args.samples.begin(), args.samples.end(), signal.begin());
  double largest = -std::numeric_limits<double>::infinity();
  std::vector<double> levels(static_cast<size_t>(args.y.rows * args.y.cols));
  for (int64_t frame = 0; frame < args.y.rows; ++frame) {
    double windowed[kWindow];
    for (int64_t i = 0; i < kWindow; ++i) {
      int64_t at = std::abs(frame * kHop + i - kWindow / 2);
      at = at >= total ? 2 * (total - 1) - at : at;
      windowed[i] = signal[static_cast<size_t>(at)] * 0.5 * (1.0 - cosine[i]);
    }
    double power[kBins];
    for (int64_t bin = 0; bin < kBins; ++bin) {
      double re = 0.0, im = 0.0;
      for (int64_t i = 0; i < kWindow; ++i) {
        re += windowed[i] * cosine[bin * i % kWindow];
        im -= windowed[i] * sine[bin * i % kWindow];
      }
      power[bin] = re * re + im * im;
    }
    for (int64_t mel = 0; mel < args.y.cols; ++mel) {
      double energy = 0.0;
      for (int64_t bin = 0; bin < kBins; ++bin) {
        energy += power[bin] * args.filters.f32(mel)[bin];
      }
      const double level = std::log10(std::max(energy, 1e-10));
      levels[static_cast<size_t>(frame * args.y.cols + mel)] = level;
      largest = std::max(largest, level);
    }
  }
  for (int64_t frame = 0; frame < args.y.rows; ++frame) {
    for (int64_t mel = 0; mel < args.y.cols; ++mel) {
      const double level = levels[static_cast<size_t>(frame * args.y.cols + mel)];
      args.y.f32(frame)[mel] = static_cast<float>((std::max(level, largest - 8.0) + 4.0) / 4.0);
    }
  }
}

}  // namespace fw

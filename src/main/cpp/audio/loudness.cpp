#include "audio/loudness.h"

#include <algorithm>
#include <cmath>

namespace fw {

std::vector<float> frame_levels_db(std::span<const float> samples, int32_t hop) {
  std::vector<float> levels;
  levels.reserve((samples.size() + hop - 1) / hop);
  for (size_t first = 0; first < samples.size(); first += hop) {
    const auto frame = samples.subspan(first, std::min<size_t>(hop, samples.size() - first));
    double sum = 0.0;
    double square = 0.0;
    for (const float x : frame) {
      sum += x;
      square += static_cast<double>(x) * x;
    }
    const double n = static_cast<double>(frame.size());
    const double power = std::max(0.0, square / n - (sum / n) * (sum / n));
    levels.push_back(std::max(kSilenceDb, static_cast<float>(10.0 * std::log10(power + 1e-12))));
  }
  return levels;
}

float quantile(std::vector<float> values, double share) {
  const auto place = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + place, values.end());
  return values[place];
}

}  // namespace fw

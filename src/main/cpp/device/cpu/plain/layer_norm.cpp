#include <cmath>

#include "device/cpu/plain/plain_executor.h"

namespace fw {

void PlainExecutor::layer_norm(const LayerNormArgs& args) {
  const int64_t n = args.x.cols;
  for (int64_t row = 0; row < args.x.rows; ++row) {
    const float* x = args.x.f32(row);
    double mean = 0.0;
    for (int64_t i = 0; i < n; ++i) {
      mean += x[i];
    }
    mean /= static_cast<double>(n);
    double variance = 0.0;
    for (int64_t i = 0; i < n; ++i) {
      variance += (x[i] - mean) * (x[i] - mean);
    }
    variance /= static_cast<double>(n);
    float* y = args.y.f32(row);
    for (int64_t i = 0; i < n; ++i) {
      y[i] = static_cast<float>((x[i] - mean) / std::sqrt(variance + 1e-5) * args.weight.f32()[i] + args.bias.f32()[i]);
    }
  }
}

}  // namespace fw

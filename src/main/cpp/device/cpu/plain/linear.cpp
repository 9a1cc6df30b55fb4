#include <cmath>

#include "device/cpu/plain/plain_executor.h"

namespace fw {

void PlainExecutor::linear(const LinearArgs& args) {
  const auto& weight = static_cast<const PlainWeight&>(*args.weight);
  for (int64_t row = 0; row < args.x.rows; ++row) {
    const float* x = args.x.f32(row);
    for (int64_t out = 0; out < weight.n_out(); ++out) {
      const float* w = weight.row(out);
      double sum = args.bias ? args.bias.f32()[out] : 0.0;
      for (int64_t i = 0; i < weight.n_in(); ++i) {
        sum += static_cast<double>(x[i]) * w[i];
      }
      if (args.activation == Activation::gelu) {
        sum = 0.5 * sum * (1.0 + std::erf(sum / std::sqrt(2.0)));
      }
      if (args.residual) {
        sum += args.residual.f32(row)[out];
      }
      args.y.f32(row)[out] = static_cast<float>(sum);
    }
  }
}

}  // namespace fw

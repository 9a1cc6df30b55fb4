// Floor: reads and writes each value once.
#include "device/cpu/portable/portable_executor.h"

namespace fw {

void PortableExecutor::layer_norm(const LayerNormArgs& args) {
  const Kernels& set = kernel_set();
#pragma omp parallel for num_threads(n_threads()) if (args.x.rows * args.x.cols > 1 << 16)
  for (int64_t row = 0; row < args.x.rows; ++row) {
    set.layer_norm(args.x.f32(row), args.weight.f32(), args.bias.f32(), args.y.f32(row), args.x.cols);
  }
}

}  // namespace fw

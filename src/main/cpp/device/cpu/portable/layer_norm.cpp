// Floor: reads and writes each value once.
#include <algorithm>

#include "device/cpu/portable/portable_executor.h"

namespace fw {
namespace {

/** Rows of one task. */
constexpr int64_t kBlockRows = 64;
/** Values below which waking a thread costs more than it gives. */
constexpr int64_t kSerialWork = 1 << 16;

}  // namespace

void PortableExecutor::layer_norm(const LayerNormArgs& args) {
  const Kernels& set = kernel_set();
  const int64_t rows = args.x.rows, n_blocks = (rows + kBlockRows - 1) / kBlockRows;
  pool().run_if(rows * args.x.cols > kSerialWork, n_blocks, [&](int64_t block, int32_t) {
    for (int64_t row = block * kBlockRows; row < std::min(rows, (block + 1) * kBlockRows); ++row) {
      set.layer_norm(args.x.f32(row), args.weight.f32(), args.bias.f32(), args.y.f32(row), args.x.cols);
    }
  });
}

}  // namespace fw

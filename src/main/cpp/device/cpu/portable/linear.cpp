// Floor: 2 m n k operations; the weight once from memory where m is small.
#include <algorithm>

#include "device/cpu/portable/portable_executor.h"

namespace fw {
namespace {

/** Rows of one block of work: its part of x (96 x 1280 f32 = 480 KiB at most) stays in the second cache. */
constexpr int64_t kBlockRows = 96;
/** Columns of one block of work; with 96 rows 48 KiB of results. */
constexpr int64_t kBlockColumns = 128;
/** Multiplications below which waking threads, milliseconds on a busy machine, costs more than it gives. */
constexpr int64_t kSerialWork = 1 << 19;

}  // namespace

void PortableExecutor::linear(const LinearArgs& args) {
  const auto& weight = static_cast<const PanelWeight&>(*args.weight);
  const Kernels& set = kernel_set();
  const int64_t m = args.x.rows, n = weight.n_out(), k = weight.n_in();
  const int64_t at_once = kBlockColumns / set.panel;
  const int64_t n_row_blocks = (m + kBlockRows - 1) / kBlockRows;
  const int64_t n_column_blocks = (weight.n_panels() + at_once - 1) / at_once;
  pool().run_if(m * n * k > kSerialWork, n_row_blocks * n_column_blocks, [&](int64_t block, int32_t thread) {
    const int64_t row = block / n_column_blocks * kBlockRows;
    const int64_t rows = std::min(kBlockRows, m - row);
    const int64_t panel = block % n_column_blocks * at_once;
    const int64_t panels = std::min(at_once, weight.n_panels() - panel);
    const int64_t column = panel * set.panel;
    const int64_t columns = std::min(panels * set.panel, n - column);
    float* c = thread_scratch(thread).take<float>(kBlockRows * kBlockColumns);
    if (weight.bf16()) {
      set.product_bf16(args.x.f32(row), args.x.stride, rows, k, weight.bf16_panels() + panel * weight.panel_stride(),
                       weight.panel_stride(), panels, c, kBlockColumns);
    } else {
      set.product(args.x.f32(row), args.x.stride, rows, k, weight.f32_panels() + panel * weight.panel_stride(),
                  weight.panel_stride(), panels, c, kBlockColumns);
    }
    for (int64_t i = 0; i < rows; ++i) {
      set.finish(c + i * kBlockColumns, args.bias ? args.bias.f32() + column : nullptr,
                 args.activation == Activation::gelu, args.residual ? args.residual.f32(row + i) + column : nullptr,
                 args.y.f32(row + i) + column, columns);
    }
  });
}

}  // namespace fw

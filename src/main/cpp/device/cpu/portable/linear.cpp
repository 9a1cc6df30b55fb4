// Floor: 2 m n k operations; the weight once from memory where m is small: n k times 4 bytes in f32, 2 in f16 and bf16,
// 1.06 in blocks of levels, 1.13 in those with offsets.
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
/** Tiles of rows for which a narrow panel is widened anew: writing it in f32 and reading that costs as much. */
constexpr int64_t kTilesAsStored = 2;

/** Columns of one task where all rows are one block: even shares for the threads, two tasks for each. */
int64_t panels_of_few_rows(int64_t n_panels, int32_t n_threads, int64_t at_once) {
  return std::clamp<int64_t>((n_panels + 2 * n_threads - 1) / (2 * n_threads), 1, at_once);
}

/** What computes on panels of W. */
template <typename W>
struct Operation {
  void (*product)(const float* a, int64_t lda, int64_t m, int64_t k, const W* panels, int64_t panel_stride,
                  int64_t n_panels, float* c, int64_t ldc);
  /** Null where products read panels for every tile of rows as they are. */
  void (*expand)(const W* panel, int64_t k, float* to);
};

/** c [rows][n * panel] for panels [first, first + n) of a weight. expanded: room for one panel in f32. */
template <typename W>
void multiply(const Kernels& set, const Operation<W>& operation, const Tensor& x, int64_t row, int64_t rows,
              const PanelWeight& weight, int64_t first, int64_t n, float* c, int64_t ldc, float* expanded) {
  const int64_t k = weight.n_in();
  if (operation.expand == nullptr || rows <= kTilesAsStored * set.tile_rows) {
    operation.product(x.f32(row), x.stride, rows, k, weight.panel<W>(first), weight.panel_stride<W>(), n, c, ldc);
    return;
  }
  // Many tiles of rows read the same panel: it becomes f32 once for all of them. The sums are the same to the bit.
  for (int64_t p = 0; p < n; ++p) {
    operation.expand(weight.panel<W>(first + p), k, expanded);
    set.product(x.f32(row), x.stride, rows, k, expanded, k * set.panel, 1, c + p * set.panel, ldc);
  }
}

}  // namespace

void PortableExecutor::linear(const LinearArgs& args) {
  const auto& weight = static_cast<const PanelWeight&>(*args.weight);
  const Kernels& set = kernel_set();
  const int64_t m = args.x.rows, n = weight.n_out(), k = weight.n_in();
  const int64_t n_row_blocks = (m + kBlockRows - 1) / kBlockRows;
  const int64_t most = kBlockColumns / set.panel;
  const int64_t at_once = n_row_blocks > 1 ? most : panels_of_few_rows(weight.n_panels(), pool().n_threads(), most);
  const int64_t n_column_blocks = (weight.n_panels() + at_once - 1) / at_once;
  const size_t n_scratch = static_cast<size_t>(kBlockRows * kBlockColumns + k * set.panel);
  pool().run_if(m * n * k > kSerialWork, n_row_blocks * n_column_blocks, [&](int64_t block, int32_t thread) {
    const int64_t row = block / n_column_blocks * kBlockRows;
    const int64_t rows = std::min(kBlockRows, m - row);
    const int64_t panel = block % n_column_blocks * at_once;
    const int64_t panels = std::min(at_once, weight.n_panels() - panel);
    const int64_t column = panel * set.panel;
    const int64_t columns = std::min(panels * set.panel, n - column);
    float* c = thread_scratch(thread).take<float>(n_scratch);
    float* expanded = c + kBlockRows * kBlockColumns;
    const auto run = [&]<typename W>(const Operation<W>& operation) {
      multiply(set, operation, args.x, row, rows, weight, panel, panels, c, kBlockColumns, expanded);
    };
    switch (weight.type()) {
      case PanelType::f32:
        run(Operation<float>{set.product, nullptr});
        break;
      case PanelType::bf16:
        run(Operation<bf16_bits>{set.product_bf16, nullptr});
        break;
      case PanelType::f16:
        run(Operation<f16_bits>{set.product_f16, set.expand_f16});
        break;
      case PanelType::q8:
        run(Operation<q8_byte>{set.product_q8, set.expand_q8});
        break;
      case PanelType::q8_offset:
        run(Operation<q8_offset_byte>{set.product_q8_offset, set.expand_q8_offset});
        break;
    }
    for (int64_t i = 0; i < rows; ++i) {
      set.finish(c + i * kBlockColumns, args.bias ? args.bias.f32() + column : nullptr,
                 args.activation == Activation::gelu, args.residual ? args.residual.f32(row + i) + column : nullptr,
                 args.y.f32(row + i) + column, columns);
    }
  });
}

}  // namespace fw

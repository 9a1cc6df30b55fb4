// Floor: 2 m n k operations; the weight once from memory where m is small.
#include <algorithm>
#include <cstring>

#include "device/cpu/dnnl/dnnl_executor.h"
#include "device/cpu/dnnl/one_thread.h"

namespace fw {
namespace {

/** Bytes of weights times rows below which waking a thread costs more than it gives. */
constexpr int64_t kSerialWork = 1 << 18;

/** Blocks of rows that feed the threads without a cut by columns, which converts the rows once for each slice. */
constexpr int64_t kManyBlocks = 12;

/**
 * Rows that a product for `rows` is compiled for. One row is multiplied by other code than two in f32 and bf16, with
 * other roundings: it is computed as two, so that a row is the same alone and in company.
 */
int64_t compiled_rows(ProductType type, int64_t rows) {
  if (rows == 1) return type == ProductType::u8_by_s8 ? 1 : 2;
  if (rows <= 8) return rows;
  return rows <= 48 ? (rows + 15) / 16 * 16 : kBlockRows;
}

}  // namespace

void DnnlExecutor::convert(const LinearArgs& args, ProductType type, int64_t row, int64_t rows, void* to,
                           float* scales) const {
  const int64_t k = args.weight->n_in();
  for (int64_t i = 0; i < rows; ++i) {
    const float* x = args.x.f32(row + i);
    switch (type) {
      case ProductType::bf16:
        vectors_.to_bf16(x, k, 1.0f, static_cast<uint16_t*>(to) + i * k);
        break;
      case ProductType::u8_by_s8:
        scales[i] = vectors_.quantize(x, k, device_.activation_max(), device_.activation_offset(),
                                      static_cast<uint8_t*>(to) + i * k);
        break;
      default:
        std::memcpy(static_cast<float*>(to) + i * k, x, static_cast<size_t>(k) * sizeof(float));
        break;
    }
  }
  end_source(type, rows, k, to);
}

void DnnlExecutor::multiply(const LinearArgs& args, const PackedWeight::Slice& slice, Bound& bound, int64_t row,
                            int64_t rows, void* source, const float* scales, void* accumulator) {
  const auto& weight = static_cast<const PackedWeight&>(*args.weight);
  execute(bound, source, slice.packed.get_data_handle(), accumulator);
  FinishRow finish;
  finish.n = slice.n;
  finish.gelu = args.activation == Activation::gelu;
  if (args.bias) finish.bias = args.bias.f32() + slice.first;
  if (weight.column_scale() != nullptr) {
    finish.column_scale = weight.column_scale() + slice.first;
    finish.column_offset = weight.column_offset() + slice.first;
  }
  for (int64_t i = 0; i < rows; ++i) {
    finish.accumulator = static_cast<const float*>(accumulator) + i * slice.n;
    finish.row_scale = scales[i];
    if (args.residual) finish.residual = args.residual.f32(row + i) + slice.first;
    finish.y = args.y.f32(row + i) + slice.first;
    vectors_.finish(finish);
  }
}

void DnnlExecutor::linear(const LinearArgs& args) {
  if (dynamic_cast<const PanelWeight*>(args.weight) != nullptr) {
    PortableExecutor::linear(args);
    return;
  }
  const auto& weight = static_cast<const PackedWeight&>(*args.weight);
  const ProductType type = weight.type();
  const int64_t m = args.x.rows, k = weight.n_in();
  const std::span<const PackedWeight::Slice> slices = weight.slices();
  const int64_t n_slices = static_cast<int64_t>(slices.size());
  const int64_t n_blocks = (m + kBlockRows - 1) / kBlockRows;

  // Shapes: whole or last block of rows, whole or last slice of columns.
  const int64_t block_rows = compiled_rows(type, std::min(m, kBlockRows));
  const int64_t tail_rows = compiled_rows(type, m - (n_blocks - 1) * kBlockRows);
  std::vector<Bound>* const bound[2][2] = {
      {&bind({type, block_rows, k, slices.front().n}), &bind({type, block_rows, k, slices.back().n})},
      {&bind({type, tail_rows, k, slices.front().n}), &bind({type, tail_rows, k, slices.back().n})}};

  const int64_t converted_bytes = in_whole_lines(source_bytes(type, kBlockRows, k));
  const int64_t accumulator_bytes = in_whole_lines(kBlockRows * slices.front().n * 4);
  const auto multiply_block = [&](int64_t block, int64_t first_slice, int64_t end_slice, int32_t thread) {
    const int64_t row = block * kBlockRows, rows = std::min(kBlockRows, m - row);
    auto* source = thread_scratch(thread).take<std::byte>(
        static_cast<size_t>(converted_bytes + accumulator_bytes + kBlockRows * static_cast<int64_t>(sizeof(float))));
    std::byte* accumulator = source + converted_bytes;
    auto* scales = reinterpret_cast<float*>(accumulator + accumulator_bytes);
    convert(args, type, row, rows, source, scales);
    for (int64_t s = first_slice; s < end_slice; ++s) {
      Bound& mine = (*bound[block == n_blocks - 1][s == n_slices - 1])[static_cast<size_t>(thread)];
      multiply(args, slices[static_cast<size_t>(s)], mine, row, rows, source, scales, accumulator);
    }
  };

  const OneThread one_thread;
  const bool worth_waking = m * static_cast<int64_t>(weight.bytes()) >= kSerialWork;
  if (n_blocks >= kManyBlocks || !worth_waking) {
    pool().run_if(worth_waking, n_blocks,
                  [&](int64_t block, int32_t thread) { multiply_block(block, 0, n_slices, thread); });
  } else {
    pool().run(n_blocks * n_slices, [&](int64_t task, int32_t thread) {
      multiply_block(task / n_slices, task % n_slices, task % n_slices + 1, thread);
    });
  }
}

}  // namespace fw

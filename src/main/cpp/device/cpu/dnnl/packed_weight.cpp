#include "device/cpu/dnnl/packed_weight.h"

#include <algorithm>
#include <cmath>

#include "base/half.h"
#include "device/cpu/dnnl/one_thread.h"

namespace fw {
namespace {

constexpr int64_t kColumnStep = 16;

/** Enough slices to feed the threads of a desktop where one row is multiplied; long enough that calls cost nothing. */
int64_t slice_width(int64_t n_out) {
  const int64_t n_slices = n_out < 1024 ? 4 : n_out < 8192 ? 8 : 32;
  return ((n_out + n_slices - 1) / n_slices + kColumnStep - 1) / kColumnStep * kColumnStep;
}

/** What index adds to the offset of an element, for every index of one dimension of a blocked form. */
std::vector<int64_t> offsets_along(const dnnl::memory::desc& form, int dimension) {
  const auto blocks = form.get_inner_blks();
  const auto owners = form.get_inner_idxs();
  std::vector<int64_t> offsets(static_cast<size_t>(form.get_dims()[dimension]));
  for (size_t i = 0; i < offsets.size(); ++i) {
    int64_t index = static_cast<int64_t>(i);
    int64_t inner_stride = 1;
    int64_t offset = 0;
    for (size_t b = blocks.size(); b-- > 0;) {
      if (owners[b] == dimension) {
        offset += index % blocks[b] * inner_stride;
        index /= blocks[b];
      }
      inner_stride *= blocks[b];
    }
    offsets[i] = offset + index * form.get_strides()[dimension];
  }
  return offsets;
}

}  // namespace

PackedWeight::PackedWeight(const dnnl::engine& engine, Products& products, ProductType type, int32_t activation_offset,
                           std::span<const float> rows, int64_t n_out, int64_t n_in, bool lookup)
    : Weight(n_out, n_in, lookup), type_(type) {
  const bool int8 = type == ProductType::u8_by_s8;
  if (int8) {
    column_scale_.resize(static_cast<size_t>(n_out));
    column_offset_.resize(static_cast<size_t>(n_out));
  }
  const OneThread one_thread;
  dnnl::stream stream(engine);
  std::vector<int8_t> quantized;
  const int64_t width = slice_width(n_out);
  for (int64_t first = 0; first < n_out; first += width) {
    const int64_t n = std::min(width, n_out - first);
    const float* from = rows.data() + first * n_in;
    dnnl::memory plain;
    // The rows of the matrix are the columns of the product's b: format ba.
    if (int8) {
      quantized.resize(static_cast<size_t>(n * n_in));
      for (int64_t j = 0; j < n; ++j) {
        const float* row = from + j * n_in;
        float highest = 0.0f;
        for (int64_t i = 0; i < n_in; ++i) highest = std::max(highest, std::fabs(row[i]));
        const float inverse = highest > 0.0f ? 127.0f / highest : 0.0f;
        int32_t sum = 0;
        for (int64_t i = 0; i < n_in; ++i) {
          const auto q = static_cast<int8_t>(std::lrintf(row[i] * inverse));
          quantized[static_cast<size_t>(j * n_in + i)] = q;
          sum += q;
        }
        column_scale_[static_cast<size_t>(first + j)] = highest / 127.0f;
        column_offset_[static_cast<size_t>(first + j)] = activation_offset * sum;
      }
      plain = dnnl::memory({{n_in, n}, dnnl::memory::data_type::s8, dnnl::memory::format_tag::ba}, engine,
                           quantized.data());
    } else {
      plain = dnnl::memory({{n_in, n}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::ba}, engine,
                           const_cast<float*>(from));
    }
    const dnnl::memory::desc& form = products.find({type, kBlockRows, n_in, n}).weights();
    Slice slice{first, n, dnnl::memory(form, engine), {}, {}};
    dnnl::reorder(plain, slice.packed).execute(stream, plain, slice.packed);
    stream.wait();
    if (lookup) {
      slice.row_offset = offsets_along(form, 0);
      slice.column_offset = offsets_along(form, 1);
    }
    bytes_ += form.get_size();
    slices_.push_back(std::move(slice));
  }
}

void PackedWeight::read_row(int64_t row, float* to) const {
  const int64_t width = slices_.front().n;
  const Slice& slice = slices_[static_cast<size_t>(row / width)];
  const void* data = slice.packed.get_data_handle();
  const int64_t column = slice.column_offset[static_cast<size_t>(row - slice.first)];
  for (int64_t i = 0; i < n_in(); ++i) {
    const int64_t at = slice.row_offset[static_cast<size_t>(i)] + column;
    switch (type_) {
      case ProductType::f32:
        to[i] = static_cast<const float*>(data)[at];
        break;
      case ProductType::bf16:
        to[i] = bf16_to_float(static_cast<const uint16_t*>(data)[at]);
        break;
      case ProductType::u8_by_s8:
        to[i] = static_cast<float>(static_cast<const int8_t*>(data)[at]) * column_scale_[static_cast<size_t>(row)];
        break;
    }
  }
}

}  // namespace fw

#pragma once

#include <dnnl.hpp>
#include <memory>
#include <span>
#include <vector>

#include "device/cpu/dnnl/product.h"
#include "device/device.h"

namespace fw {

/**
 * A weight matrix [n_out][n_in], packed once as oneDNN's products read it and shared by all lanes; the only copy.
 *
 * It is cut into slices of columns (n_out), each a product of its own: one thread takes a slice, or all slices for a
 * block of rows. The cut follows from n_out alone, so that results do not depend on the number of threads.
 */
class PackedWeight final : public Weight {
 public:
  struct Slice {
    int64_t first;
    int64_t n;
    dnnl::memory packed;
    /** lookup only: where element (i, j) lies is row_offset[i] + column_offset[j]. */
    std::vector<int64_t> row_offset;
    std::vector<int64_t> column_offset;
  };

  /** activation_offset: what quantize adds to each activation; int8 only. */
  PackedWeight(const dnnl::engine& engine, Products& products, ProductType type, int32_t activation_offset,
               std::span<const float> rows, int64_t n_out, int64_t n_in, bool lookup);

  size_t bytes() const override { return bytes_; }
  ProductType type() const { return type_; }
  std::span<const Slice> slices() const { return slices_; }
  /** int8 only: scale of each column's weights, and activation_offset times the sum of its weights. */
  const float* column_scale() const { return column_scale_.empty() ? nullptr : column_scale_.data(); }
  const int32_t* column_offset() const { return column_offset_.data(); }

  /** Row `row` of the matrix, n_in values as they are multiplied. Only with lookup. */
  void read_row(int64_t row, float* to) const;

 private:
  ProductType type_;
  size_t bytes_ = 0;
  std::vector<Slice> slices_;
  std::vector<float> column_scale_;
  std::vector<int32_t> column_offset_;
};

}  // namespace fw

#pragma once

#include <span>

#include "device/cpu/host_memory.h"
#include "device/cpu/portable/kernels.h"

namespace fw {

/** How the weights of a panel lie in memory (see Kernels). */
enum class PanelType : uint8_t { f32, bf16, f16, q8, q8_offset };

/**
 * A weight matrix in panels of its output columns. A matrix that is stored narrower than f32 stays so: its halves, or
 * its blocks with levels of 4 and 5 bits widened to 8.
 */
class PanelWeight final : public Weight {
 public:
  PanelWeight(std::span<const float> rows, int64_t n_out, int64_t n_in, bool lookup, bool bf16, int32_t panel);
  PanelWeight(const StoredMatrix& matrix, bool lookup, int32_t panel);

  size_t bytes() const override { return static_cast<size_t>(n_panels_ * panel_bytes_); }
  PanelType type() const { return type_; }
  int64_t n_panels() const { return n_panels_; }
  /** W: f32 float, bf16 bf16_bits, f16 f16_bits, q8 q8_byte, q8_offset q8_offset_byte. */
  template <typename W>
  const W* panel(int64_t i) const {
    return reinterpret_cast<const W*>(bytes_.get() + i * panel_bytes_);
  }
  /** Elements W of one panel. */
  template <typename W>
  int64_t panel_stride() const {
    return panel_bytes_ / static_cast<int64_t>(sizeof(W));
  }
  /** Row `row`, as f32. */
  void read_row(int64_t row, float* to) const;

 private:
  PanelWeight(int64_t n_out, int64_t n_in, bool lookup, PanelType type, int32_t panel);
  /** Element (row, k) of a plain type. */
  template <typename W>
  W* element(int64_t row, int64_t k) const {
    return reinterpret_cast<W*>(bytes_.get() + row / panel_ * panel_bytes_) + k * panel_ + row % panel_;
  }
  /** The block that holds k of the panel of a row. */
  std::byte* block_of(int64_t row, int64_t k) const;

  PanelType type_;
  int32_t panel_;
  int64_t n_panels_;
  int64_t panel_bytes_;
  AlignedArray<std::byte> bytes_;
};

}  // namespace fw

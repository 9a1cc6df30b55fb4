#include "device/cpu/portable/panel_weight.h"

#include <algorithm>
#include <cstring>

#include "base/half.h"

namespace fw {
namespace {

PanelType panel_type(StoredType type) {
  if (type == StoredType::f32) return PanelType::f32;
  if (type == StoredType::f16) return PanelType::f16;
  return has_offset(type) ? PanelType::q8_offset : PanelType::q8;
}

int64_t panel_bytes(PanelType type, int64_t k, int32_t panel) {
  switch (type) {
    case PanelType::f32:
      return k * panel * 4;
    case PanelType::bf16:
    case PanelType::f16:
      return k * panel * 2;
    case PanelType::q8:
      return k / kBlockRowsOfK * panel_block_bytes<false>(panel);
    case PanelType::q8_offset:
      return k / kBlockRowsOfK * panel_block_bytes<true>(panel);
  }
  return 0;
}

/** Where the parts of a block of a panel begin. */
template <typename Byte>
struct BlockView {
  BlockView(Byte* block, bool offset, int32_t panel)
      : scales(block), offsets(offset ? block + 2 * panel : nullptr), levels(block + (offset ? 4 : 2) * panel) {}
  Byte* scales;
  Byte* offsets;
  Byte* levels;
};

}  // namespace

PanelWeight::PanelWeight(int64_t n_out, int64_t n_in, bool lookup, PanelType type, int32_t panel)
    : Weight(n_out, n_in, lookup),
      type_(type),
      panel_(panel),
      n_panels_((n_out + panel - 1) / panel),
      panel_bytes_(panel_bytes(type, n_in, panel)),
      bytes_(make_aligned<std::byte>(static_cast<size_t>(n_panels_ * panel_bytes_))) {}

PanelWeight::PanelWeight(std::span<const float> rows, int64_t n_out, int64_t n_in, bool lookup, bool bf16,
                         int32_t panel)
    : PanelWeight(n_out, n_in, lookup, bf16 ? PanelType::bf16 : PanelType::f32, panel) {
  for (int64_t row = 0; row < n_out; ++row) {
    const float* from = rows.data() + row * n_in;
    for (int64_t i = 0; i < n_in; ++i) {
      if (bf16) {
        *element<bf16_bits>(row, i) = float_to_bf16(from[i]);
      } else {
        *element<float>(row, i) = from[i];
      }
    }
  }
}

PanelWeight::PanelWeight(const StoredMatrix& matrix, bool lookup, int32_t panel)
    : PanelWeight(matrix.n_out, matrix.n_in, lookup, panel_type(matrix.type), panel) {
  const std::byte* from = matrix.bytes.data();
  for (int64_t row = 0; row < n_out(); ++row) {
    if (!is_quantised(matrix.type)) {
      const auto size = static_cast<size_t>(block_bytes(matrix.type));
      for (int64_t i = 0; i < n_in(); ++i, from += size) {
        void* to = type_ == PanelType::f16 ? static_cast<void*>(element<f16_bits>(row, i)) : element<float>(row, i);
        std::memcpy(to, from, size);
      }
      continue;
    }
    for (int64_t first = 0; first < n_in(); first += kBlockRowsOfK, from += block_bytes(matrix.type)) {
      const QuantisedBlock block = read_block(matrix.type, from);
      const int64_t lane = row % panel_;
      const BlockView<std::byte> to(block_of(row, first), type_ == PanelType::q8_offset, panel_);
      std::memcpy(to.scales + 2 * lane, &block.scale, 2);
      if (to.offsets != nullptr) std::memcpy(to.offsets + 2 * lane, &block.offset, 2);
      for (int64_t i = 0; i < kBlockRowsOfK; ++i) {
        to.levels[i * panel_ + lane] = static_cast<std::byte>(block.levels[i]);
      }
    }
  }
}

std::byte* PanelWeight::block_of(int64_t row, int64_t k) const {
  const int64_t block_bytes =
      type_ == PanelType::q8_offset ? panel_block_bytes<true>(panel_) : panel_block_bytes<false>(panel_);
  return bytes_.get() + row / panel_ * panel_bytes_ + k / kBlockRowsOfK * block_bytes;
}

void PanelWeight::read_row(int64_t row, float* to) const {
  for (int64_t i = 0; i < n_in(); ++i) {
    switch (type_) {
      case PanelType::f32:
        to[i] = *element<float>(row, i);
        break;
      case PanelType::bf16:
        to[i] = bf16_to_float(*element<bf16_bits>(row, i));
        break;
      case PanelType::f16:
        to[i] = half_to_float(element<f16_bits>(row, i)->bits);
        break;
      case PanelType::q8:
      case PanelType::q8_offset: {
        const int64_t lane = row % panel_;
        const BlockView<const std::byte> from(block_of(row, i), type_ == PanelType::q8_offset, panel_);
        uint16_t scale = 0, offset = 0;
        std::memcpy(&scale, from.scales + 2 * lane, 2);
        if (from.offsets != nullptr) std::memcpy(&offset, from.offsets + 2 * lane, 2);
        const auto level = static_cast<int8_t>(from.levels[i % kBlockRowsOfK * panel_ + lane]);
        to[i] = half_to_float(scale) * static_cast<float>(level) + half_to_float(offset);
        break;
      }
    }
  }
}

}  // namespace fw

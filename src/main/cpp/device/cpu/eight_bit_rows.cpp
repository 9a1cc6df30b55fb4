#include "device/cpu/eight_bit_rows.h"

#include <algorithm>
#include <cmath>

#include "device/eight_bit.h"

namespace fw {
namespace {

std::vector<float> kept(const Tensor& rows, int32_t head_dim) {
  std::vector<float> all(static_cast<size_t>(rows.rows * rows.cols));
  auto to = all.begin();
  for (int64_t row = 0; row < rows.rows; ++row) {
    for (int64_t first = 0; first < rows.cols; first += head_dim) {
      const float* const head = rows.f32(row) + first;
      float largest = 0.0f;
      for (int32_t d = 0; d < head_dim; ++d) largest = std::max(largest, std::abs(head[d]));
      const float scale = eight_bit_scale(largest);
      to = std::transform(head, head + head_dim, to, [&](float value) { return in_eight_bits(value, scale); });
    }
  }
  return all;
}

}  // namespace

EightBitRows::EightBitRows(const StoreArgs& args) : args_(args) {
  const CacheShape& shape = args.cache->shape();
  if (!shape.eight_bit) return;
  key_ = kept(args.key, shape.head_dim);
  value_ = kept(args.value, shape.head_dim);
  args_.key = Tensor(key_.data(), DataType::f32, args.key.rows, args.key.cols);
  args_.value = Tensor(value_.data(), DataType::f32, args.value.rows, args.value.cols);
}

}  // namespace fw

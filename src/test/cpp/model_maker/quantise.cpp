#include "model_maker/quantise.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/half.h"

namespace fw {
namespace {

constexpr size_t block = 32;

template <typename T>
void append(std::vector<std::byte>& bytes, T value) {
  const auto* first = reinterpret_cast<const std::byte*>(&value);
  bytes.insert(bytes.end(), first, first + sizeof(T));
}

void append_q8_0(std::vector<std::byte>& bytes, std::span<const float> x) {
  float largest = 0.0f;
  for (const float value : x) largest = std::max(largest, std::fabs(value));
  const float scale = largest / 127.0f;
  append(bytes, float_to_half(scale));
  for (const float value : x) append(bytes, static_cast<int8_t>(scale == 0.0f ? 0.0f : std::nearbyint(value / scale)));
}

/** n_bits 4 or 5; without offset the middle of the levels is zero, with one the lowest value is level 0. */
void append_packed(std::vector<std::byte>& bytes, std::span<const float> x, int n_bits, bool has_offset) {
  const int levels = 1 << n_bits;
  float scale = 0.0f;
  float offset = 0.0f;
  if (has_offset) {
    const auto [lowest, highest] = std::minmax_element(x.begin(), x.end());
    offset = *lowest;
    scale = (*highest - *lowest) / static_cast<float>(levels - 1);
  } else {
    const float furthest =
        *std::max_element(x.begin(), x.end(), [](float a, float b) { return std::fabs(a) < std::fabs(b); });
    scale = furthest / static_cast<float>(-levels / 2);
    offset = static_cast<float>(-levels / 2) * scale;
  }
  append(bytes, float_to_half(scale));
  if (has_offset) append(bytes, float_to_half(offset));
  uint32_t level[block];
  uint32_t high = 0;
  for (size_t j = 0; j != block; ++j) {
    const float at = scale == 0.0f ? 0.0f : (x[j] - offset) / scale;
    level[j] = static_cast<uint32_t>(std::clamp(std::floor(at + 0.5f), 0.0f, static_cast<float>(levels - 1)));
    if (scale == 0.0f && !has_offset) level[j] = static_cast<uint32_t>(levels / 2);
    high |= (level[j] >> 4) << j;
  }
  if (n_bits == 5) append(bytes, high);
  for (size_t j = 0; j != block / 2; ++j) {
    append(bytes, static_cast<uint8_t>((level[j] & 15u) | ((level[j + block / 2] & 15u) << 4)));
  }
}

}  // namespace

std::vector<std::byte> quantise(StoredType type, std::span<const float> values) {
  std::vector<std::byte> bytes;
  bytes.reserve(values.size() / static_cast<size_t>(block_values(type)) * static_cast<size_t>(block_bytes(type)));
  if (type == StoredType::f32) {
    bytes.resize(values.size_bytes());
    std::memcpy(bytes.data(), values.data(), values.size_bytes());
    return bytes;
  }
  if (type == StoredType::f16) {
    for (const float value : values) append(bytes, float_to_half(value));
    return bytes;
  }
  for (size_t first = 0; first < values.size(); first += block) {
    const auto x = values.subspan(first, block);
    switch (type) {
      case StoredType::q4_0:
        append_packed(bytes, x, 4, false);
        break;
      case StoredType::q4_1:
        append_packed(bytes, x, 4, true);
        break;
      case StoredType::q5_0:
        append_packed(bytes, x, 5, false);
        break;
      case StoredType::q5_1:
        append_packed(bytes, x, 5, true);
        break;
      default:
        append_q8_0(bytes, x);
        break;
    }
  }
  return bytes;
}

}  // namespace fw

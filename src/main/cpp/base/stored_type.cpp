#include "base/stored_type.h"

#include <cstring>

#include "base/error.h"
#include "base/half.h"

namespace fw {
namespace {

constexpr int32_t quantised_block = sizeof(QuantisedBlock::levels);

struct TypeFacts {
  StoredType type;
  /** The number in a file's head (whisper.cpp ggml.h, enum ggml_ftype). */
  int32_t ftype;
  std::string_view name;
  int32_t values;
  int32_t bytes;
};

// Block layouts: ggml/src/ggml-common.h, block_q4_0 to block_q8_0.
constexpr TypeFacts all_types[] = {
    {StoredType::f32, 0, "f32", 1, 4},
    {StoredType::f16, 1, "f16", 1, 2},
    {StoredType::q4_0, 2, "q4_0", quantised_block, 2 + 16},
    {StoredType::q4_1, 3, "q4_1", quantised_block, 2 + 2 + 16},
    {StoredType::q8_0, 7, "q8_0", quantised_block, 2 + 32},
    {StoredType::q5_0, 8, "q5_0", quantised_block, 2 + 4 + 16},
    {StoredType::q5_1, 9, "q5_1", quantised_block, 2 + 2 + 4 + 16},
};

const TypeFacts& facts(StoredType type) {
  for (const TypeFacts& candidate : all_types) {
    if (candidate.type == type) return candidate;
  }
  throw Error(FW_STATUS_INTERNAL, "unknown stored type " + std::to_string(static_cast<int32_t>(type)));
}

template <typename T>
T load(const std::byte* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

/** One block of 4 or 5 bits: value j is in the low half of byte j, value j + 16 in the high half. */
template <bool fifth_bit, bool offset>
QuantisedBlock read_packed(const std::byte* bytes) {
  QuantisedBlock block;
  block.scale = load<uint16_t>(bytes);
  bytes += 2;
  if constexpr (offset) {
    block.offset = load<uint16_t>(bytes);
    bytes += 2;
  }
  uint32_t high = 0;
  if constexpr (fifth_bit) {
    high = load<uint32_t>(bytes);
    bytes += 4;
  }
  constexpr int32_t zero = offset ? 0 : (fifth_bit ? 16 : 8);
  for (int32_t j = 0; j != 16; ++j) {
    const auto pair = std::to_integer<uint32_t>(bytes[j]);
    const uint32_t first = (pair & 15u) | (((high >> j) & 1u) << 4);
    const uint32_t second = (pair >> 4) | (((high >> (j + 16)) & 1u) << 4);
    block.levels[j] = static_cast<int8_t>(static_cast<int32_t>(first) - zero);
    block.levels[j + 16] = static_cast<int8_t>(static_cast<int32_t>(second) - zero);
  }
  return block;
}

QuantisedBlock read_q8_0(const std::byte* bytes) {
  QuantisedBlock block;
  block.scale = load<uint16_t>(bytes);
  std::memcpy(block.levels, bytes + 2, sizeof block.levels);
  return block;
}

template <QuantisedBlock (*read)(const std::byte*), bool offset>
void dequantise_blocks(const std::byte* bytes, int32_t bytes_of_block, std::span<float> values) {
  for (size_t first = 0; first != values.size(); first += quantised_block, bytes += bytes_of_block) {
    const QuantisedBlock block = read(bytes);
    const float scale = half_to_float(block.scale);
    for (size_t j = 0; j != quantised_block; ++j) {
      values[first + j] = scale * static_cast<float>(block.levels[j]);
      if constexpr (offset) values[first + j] += half_to_float(block.offset);
    }
  }
}

}  // namespace

std::optional<StoredType> stored_type_of_tensor(int32_t ttype) {
  for (const TypeFacts& candidate : all_types) {
    if (static_cast<int32_t>(candidate.type) == ttype) return candidate.type;
  }
  return std::nullopt;
}

std::optional<StoredType> stored_type_of_file(int32_t ftype) {
  for (const TypeFacts& candidate : all_types) {
    if (candidate.ftype == ftype) return candidate.type;
  }
  return std::nullopt;
}

int32_t file_number(StoredType type) { return facts(type).ftype; }
std::string_view stored_type_name(StoredType type) { return facts(type).name; }
int32_t block_values(StoredType type) { return facts(type).values; }
int32_t block_bytes(StoredType type) { return facts(type).bytes; }

bool is_quantised(StoredType type) { return block_values(type) == quantised_block; }
bool has_offset(StoredType type) { return type == StoredType::q4_1 || type == StoredType::q5_1; }

QuantisedBlock read_block(StoredType type, const std::byte* bytes) {
  switch (type) {
    case StoredType::q4_0:
      return read_packed<false, false>(bytes);
    case StoredType::q4_1:
      return read_packed<false, true>(bytes);
    case StoredType::q5_0:
      return read_packed<true, false>(bytes);
    case StoredType::q5_1:
      return read_packed<true, true>(bytes);
    case StoredType::q8_0:
      return read_q8_0(bytes);
    default:
      throw Error(FW_STATUS_INTERNAL, "no blocks in " + std::string(stored_type_name(type)));
  }
}

void dequantise(StoredType type, std::span<const std::byte> bytes, std::span<float> values) {
  const TypeFacts& known = facts(type);
  const size_t n_blocks = values.size() / static_cast<size_t>(known.values);
  if (n_blocks * static_cast<size_t>(known.values) != values.size() ||
      n_blocks * static_cast<size_t>(known.bytes) != bytes.size()) {
    throw Error(FW_STATUS_INTERNAL, "dequantise " + std::string(known.name) + ": " + std::to_string(bytes.size()) +
                                        " bytes do not hold " + std::to_string(values.size()) + " values");
  }
  if (values.empty()) return;
  switch (type) {
    case StoredType::f32:
      std::memcpy(values.data(), bytes.data(), bytes.size());
      return;
    case StoredType::f16:
      for (size_t i = 0; i != values.size(); ++i) values[i] = half_to_float(load<uint16_t>(bytes.data() + 2 * i));
      return;
    case StoredType::q4_0:
      return dequantise_blocks<read_packed<false, false>, false>(bytes.data(), known.bytes, values);
    case StoredType::q4_1:
      return dequantise_blocks<read_packed<false, true>, true>(bytes.data(), known.bytes, values);
    case StoredType::q5_0:
      return dequantise_blocks<read_packed<true, false>, false>(bytes.data(), known.bytes, values);
    case StoredType::q5_1:
      return dequantise_blocks<read_packed<true, true>, true>(bytes.data(), known.bytes, values);
    case StoredType::q8_0:
      return dequantise_blocks<read_q8_0, false>(bytes.data(), known.bytes, values);
  }
}

}  // namespace fw

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace fw {

/** How a tensor's values are stored in a model file; the numbers are ggml's (ggml.h, enum ggml_type). */
enum class StoredType : int32_t { f32 = 0, f16 = 1, q4_0 = 2, q4_1 = 3, q5_0 = 6, q5_1 = 7, q8_0 = 8 };

/** The type of a number in a tensor's head; nothing for one that is not read here. */
std::optional<StoredType> stored_type_of_tensor(int32_t ttype);
/** The type of most matrices by the file's head, whose numbers differ from those of tensors; nothing for others. */
std::optional<StoredType> stored_type_of_file(int32_t ftype);

/** The number of a type in a file's head. */
int32_t file_number(StoredType type);

/** "f32", "q5_1" ...; static storage. */
std::string_view stored_type_name(StoredType type);

/** Values of one block: 32 of the quantised types, else 1. A row is a whole number of blocks. */
int32_t block_values(StoredType type);
/** Bytes of one block. */
int32_t block_bytes(StoredType type);

/** A block of a quantised type: value j is scale * levels[j] + offset. */
struct QuantisedBlock {
  /** Halves as they are stored; offset only of the types that have one, else 0. */
  uint16_t scale = 0;
  uint16_t offset = 0;
  int8_t levels[32];
};

/** Whether values are multiples of 32 levels' scale, and whether an offset is added: q4_1 and q5_1. */
bool is_quantised(StoredType type);
bool has_offset(StoredType type);

/** Takes one block of a quantised type apart. */
QuantisedBlock read_block(StoredType type, const std::byte* bytes);

/** Turns whole blocks into floats: values.size() is a multiple of block_values, bytes.size() fits it. */
void dequantise(StoredType type, std::span<const std::byte> bytes, std::span<float> values);

}  // namespace fw

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

/** Turns whole blocks into floats: values.size() is a multiple of block_values, bytes.size() fits it. */
void dequantise(StoredType type, std::span<const std::byte> bytes, std::span<float> values);

}  // namespace fw

#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/stored_type.h"

namespace fw {

/** The stored bytes of whole blocks of values; formulas as in ggml (ggml-quants.c, quantize_row_*_ref). */
std::vector<std::byte> quantise(StoredType type, std::span<const float> values);

}  // namespace fw

#pragma once

#include <cstdint>
#include <optional>

namespace fw {

/** a * b, or nothing where an int64_t cannot hold it. */
constexpr std::optional<int64_t> checked_product(int64_t a, int64_t b) {
  int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

}  // namespace fw

#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "device/tensor.h"

namespace fw::ops {

/** A broken argument of an op is a fault of the core itself. Throws FW_STATUS_INTERNAL. */
[[noreturn]] inline void refuse(const char* op, const std::string& text) {
  throw Error(FW_STATUS_INTERNAL, std::string(op) + ": " + text);
}

inline void check(bool good, const char* op, const char* what) {
  if (!good) {
    refuse(op, std::string("expected ") + what);
  }
}

/** Checks that a tensor is there and has these sizes. */
inline void check_sizes(const char* op, const char* name, const Tensor& t, int64_t rows, int64_t cols) {
  if (!t || t.rows != rows || t.cols != cols) {
    refuse(op, std::string(name) + ": expected [" + std::to_string(rows) + "][" + std::to_string(cols) + "], found [" +
                   std::to_string(t.rows) + "][" + std::to_string(t.cols) + "]" + (t ? "" : ", not allocated"));
  }
}

/** Rows of a result must not overlap. */
inline void check_output(const char* op, const char* name, const Tensor& t, int64_t rows, int64_t cols) {
  check_sizes(op, name, t, rows, cols);
  if (t.rows > 1 && t.stride < t.cols) {
    refuse(op, std::string(name) + ": rows overlap, stride " + std::to_string(t.stride) + " under " +
                   std::to_string(t.cols) + " columns");
  }
}

}  // namespace fw::ops

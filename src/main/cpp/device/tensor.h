#pragma once

#include <cstddef>
#include <cstdint>

namespace fw {

/** Types of the elements of a tensor. Activations on a CPU are f32 at the borders of an op. */
enum class DataType : uint8_t { f32, f16, bf16, u8, i32 };

constexpr size_t size_of(DataType type) {
  switch (type) {
    case DataType::f32:
    case DataType::i32:
      return 4;
    case DataType::f16:
    case DataType::bf16:
      return 2;
    case DataType::u8:
      return 1;
  }
  return 0;
}

/**
 * A matrix somewhere in a device's memory: rows x cols elements, rows `stride` elements apart. A view: it owns
 * nothing. Rows may overlap in an input (stride < cols): a convolution over time is a linear op on such a view.
 */
struct Tensor {
  void* data = nullptr;
  DataType type = DataType::f32;
  int64_t rows = 0;
  int64_t cols = 0;
  int64_t stride = 0;

  Tensor() = default;
  Tensor(void* data_, DataType type_, int64_t rows_, int64_t cols_, int64_t stride_)
      : data(data_), type(type_), rows(rows_), cols(cols_), stride(stride_) {}
  /** Rows without gaps. */
  Tensor(void* data_, DataType type_, int64_t rows_, int64_t cols_) : Tensor(data_, type_, rows_, cols_, cols_) {}

  /** Whether there is a tensor at all (bias and residual are optional). */
  explicit operator bool() const { return data != nullptr; }

  /** Start of a row, for an f32 tensor in host memory. */
  float* f32(int64_t row = 0) const { return static_cast<float*>(data) + row * stride; }

  /** n rows from `first` on. */
  Tensor rows_from(int64_t first, int64_t n) const { return {at(first, 0), type, n, cols, stride}; }

  /** n columns from `first` on. */
  Tensor cols_from(int64_t first, int64_t n) const { return {at(0, first), type, rows, n, stride}; }

 private:
  void* at(int64_t row, int64_t col) const {
    return static_cast<char*>(data) + (row * stride + col) * static_cast<int64_t>(size_of(type));
  }
};

}  // namespace fw

#pragma once

#include <cstdint>

namespace fw {

/** One row of a product on its way to y: activation(acc * scales + bias) + residual. */
struct FinishRow {
  /** s32 where column_scale is set, else f32; n of them. */
  const void* accumulator = nullptr;
  int64_t n = 0;
  /** int8 only: scale of the row's activations, of each column's weights, and what the activations' offset added. */
  float row_scale = 1.0f;
  const float* column_scale = nullptr;
  const int32_t* column_offset = nullptr;
  const float* bias = nullptr;
  const float* residual = nullptr;
  bool gelu = false;
  float* y = nullptr;
};

/**
 * The vector code between the products, for one instruction set. Every function works on one row, in an order of
 * operations that is fixed by the row's length alone. Pointers need no alignment. Lengths may be any, unless said.
 */
struct VectorKernels {
  const char* name;

  /** y = round(x / scale) + offset with |round(x / scale)| <= q_max; returns scale, 0 for a row of zeros. */
  float (*quantize)(const float* x, int64_t n, int32_t q_max, int32_t offset, uint8_t* y);
  /** To nearest, ties to even; each value times scale first. */
  void (*to_bf16)(const float* x, int64_t n, float scale, uint16_t* y);
  void (*finish)(const FinishRow& row);
  /** y = e^(x - max) rounded to bf16; returns the sum of the rounded values. */
  float (*exponentials_bf16)(const float* x, int64_t n, uint16_t* y);
};

/** For AVX2 with FMA. */
extern const VectorKernels kAvx2Kernels;
/** For AVX-512 F, BW, DQ, VL. */
extern const VectorKernels kAvx512Kernels;

}  // namespace fw

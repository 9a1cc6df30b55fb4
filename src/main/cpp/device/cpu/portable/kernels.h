#pragma once

#include <cstddef>
#include <cstdint>

namespace fw {

/** Scratch of one call of power_spectra. */
constexpr size_t kSpectraWorkBytes = 2 * 400 * 2 * 64;

/** A bfloat16 as it lies in memory: the upper half of a float. */
using bf16_bits = uint16_t;

/** An IEEE half as it lies in memory; a type of its own, so that it is not taken for a bf16. */
struct f16_bits {
  uint16_t bits;
};

/** Rows of k whose levels share one scale (and offset) for each column: a block of the quantised types. */
constexpr int64_t kBlockRowsOfK = 32;

/**
 * A byte of a panel of quantised blocks. The panel is [k / 32] of: scales [panel] in f16, offsets [panel] in f16 where
 * there are any, levels [32][panel] in int8. The weight is scale * level + offset, exactly as in f32.
 */
template <bool has_offset>
struct QuantisedByte {
  uint8_t byte;
};
using q8_byte = QuantisedByte<false>;
using q8_offset_byte = QuantisedByte<true>;

/** Bytes of one block of a panel. Internal linkage: see vector_math.h. */
template <bool has_offset>
static constexpr int64_t panel_block_bytes(int64_t panel) {
  return (has_offset ? 4 : 2) * panel + kBlockRowsOfK * panel;
}

/**
 * The inner loops of the portable path, compiled once for each instruction set; everything around them is compiled for
 * the baseline. One thread, no allocation.
 *
 * A packed operand is a row of panels: panel p holds columns [p * panel, (p + 1) * panel) for all k, [k][panel],
 * zero where there is no column. Each element of a product is one chain of additions over rising k, so that it does
 * not depend on how many rows or panels a call has.
 */
struct Kernels {
  /** "avx512", "avx2", "baseline". */
  const char* name;
  /** Columns of one panel. */
  int32_t panel;
  /** Rows that a product takes at a time; blocks of rows are multiples of it. */
  int32_t tile_rows;

  /** c [m][n_panels * panel] = a [m][k] times the panels, which lie panel_stride elements apart. */
  void (*product)(const float* a, int64_t lda, int64_t m, int64_t k, const float* panels, int64_t panel_stride,
                  int64_t n_panels, float* c, int64_t ldc);
  void (*product_bf16)(const float* a, int64_t lda, int64_t m, int64_t k, const bf16_bits* panels, int64_t panel_stride,
                       int64_t n_panels, float* c, int64_t ldc);
  /** The sums of these are those of product over the same weights, to the bit. k of the blocks is a multiple of 32. */
  void (*product_f16)(const float* a, int64_t lda, int64_t m, int64_t k, const f16_bits* panels, int64_t panel_stride,
                      int64_t n_panels, float* c, int64_t ldc);
  void (*product_q8)(const float* a, int64_t lda, int64_t m, int64_t k, const q8_byte* panels, int64_t panel_stride,
                     int64_t n_panels, float* c, int64_t ldc);
  void (*product_q8_offset)(const float* a, int64_t lda, int64_t m, int64_t k, const q8_offset_byte* panels,
                            int64_t panel_stride, int64_t n_panels, float* c, int64_t ldc);
  /** One panel [k][panel] as f32, for products of many rows. */
  void (*expand_f16)(const f16_bits* panel, int64_t k, float* to);
  void (*expand_q8)(const q8_byte* panel, int64_t k, float* to);
  void (*expand_q8_offset)(const q8_offset_byte* panel, int64_t k, float* to);

  /** y [n] = activation(c + bias) + residual, one row; bias and residual may be null. */
  void (*finish)(const float* c, const float* bias, bool gelu, const float* residual, float* y, int64_t n);

  /** x [length] = exp(scale * (x - max)); x [length, padded) = 0. Returns the sum of the exponentials. */
  float (*exponentials)(float* x, int64_t length, int64_t padded, float scale);

  /** y [n] = x * factor. */
  void (*scale)(const float* x, float factor, float* y, int64_t n);

  /** Layer norm of one row, epsilon 1e-5. */
  void (*layer_norm)(const float* x, const float* weight, const float* bias, float* y, int64_t n);

  /** Largest of x [n]; minus infinity where n is 0. Not a number is passed over. */
  float (*maximum)(const float* x, int64_t n);
  /** Sum of exp(x - max) over x [n]; 0 for minus infinity. */
  float (*sum_exp)(const float* x, int64_t n, float max);

  /**
   * Power spectra [201][16] of 16 frames [400][16], Hann window already applied: column i is frame i. work:
   * kSpectraWorkBytes bytes, aligned to 64.
   */
  void (*power_spectra)(const double* frames, double* power, void* work);
};

const Kernels& kernels_baseline();
#if defined(__x86_64__)
const Kernels& kernels_avx2();
const Kernels& kernels_avx512();
#endif

}  // namespace fw

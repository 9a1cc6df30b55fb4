// The portable kernels, included once by each kernels_*.cpp, which says the width of a vector and the rows of a tile.
// A product is bound by 2 m n k operations where m is tens and more, and by reading the panels where m is 1: 4 bytes a
// weight in f32, 2 in bf16 and f16, 1.06 in quantised blocks (1.13 with an offset). Turning a weight into f32 takes one
// operation of a half and three of a level, for eight weights of AVX2: some 5 weights a cycle, about what a core reads.
#pragma once

#include "device/cpu/portable/kernels.h"
#include "device/cpu/portable/power_spectra.h"
#include "device/cpu/portable/vector_math.h"

namespace fw {
namespace {

constexpr int64_t kPanel = 2 * kLanes;

/** Bytes of a panel that are fetched ahead where few rows make a product wait for memory. */
constexpr int64_t kFetchAhead = 4096;

/**
 * One vector of columns of a panel, over the rows of k that share its constants: of the plain types all of them.
 */
template <typename W>
struct Columns {
  static int64_t length(int64_t k) { return k; }
  /** Elements of k rows. */
  static int64_t size(int64_t k) { return k * kPanel; }

  void begin(const W* panel, int64_t first, int64_t column) { at = panel + first * kPanel + column; }
  Floats weights(int64_t i) const { return load(at + i * kPanel); }
  /** Fetches what lies `ahead` elements behind row i. */
  void fetch(int64_t i, int64_t ahead) const { __builtin_prefetch(at + i * kPanel + ahead); }
  void fetch_all(int64_t) const {}

  const W* at;
};

template <bool has_offset>
struct Columns<QuantisedByte<has_offset>> {
  static int64_t length(int64_t) { return kBlockRowsOfK; }
  static int64_t size(int64_t k) { return k / kBlockRowsOfK * panel_block_bytes<has_offset>(kPanel); }

  void begin(const QuantisedByte<has_offset>* panel, int64_t first, int64_t column) {
    const auto* halves = (const f16_bits*)(panel + size(first));
    scale = load(halves + column);
    if constexpr (has_offset) {
      offset = load(halves + kPanel + column);
    }
    levels = (const int8_t*)(halves + (has_offset ? 2 : 1) * kPanel) + column;
  }
  /** The product is exact (11 bits by 8): fused with the offset or not, it is rounded once. */
  Floats weights(int64_t i) const {
    Floats w = scale * load(levels + i * kPanel);
    if constexpr (has_offset) {
      w += offset;
    }
    return w;
  }
  void fetch(int64_t, int64_t) const {}
  /** A block's worth of bytes at a time: a row of levels is less than a line of the cache. */
  void fetch_all(int64_t ahead) const {
    for (int64_t byte = 0; byte < panel_block_bytes<has_offset>(kPanel); byte += 64) {
      __builtin_prefetch(levels + byte + ahead);
    }
  }

  const int8_t* levels;
  Floats scale;
  Floats offset;
};

/** M rows times P panels, 2 M P accumulators in registers. */
template <int M, int P, typename W>
inline void tile(const float* a, int64_t lda, int64_t k, const W* panels, int64_t panel_stride, float* c, int64_t ldc) {
  Floats sums[M][2 * P] = {};
  // Ahead in the same panels where they are long, else in those that come next.
  constexpr int64_t kAhead = kFetchAhead / static_cast<int64_t>(sizeof(W));
  const int64_t ahead = Columns<W>::size(k) > 2 * kAhead ? kAhead : P * panel_stride;
  const int64_t length = Columns<W>::length(k);
  for (int64_t first = 0; first < k; first += length) {
    Columns<W> columns[2 * P];
#pragma GCC unroll 8
    for (int p = 0; p < 2 * P; ++p) {
      columns[p].begin(panels + p / 2 * panel_stride, first, p % 2 * kLanes);
      if constexpr (M <= 4) {
        if (p % 2 == 0) columns[p].fetch_all(ahead);
      }
    }
    for (int64_t i = 0; i < length; ++i) {
      Floats w[2 * P];
#pragma GCC unroll 8
      for (int p = 0; p < 2 * P; ++p) {
        if constexpr (M <= 4) {
          if (p % 2 == 0) columns[p].fetch(i, ahead);
        }
        w[p] = columns[p].weights(i);
      }
#pragma GCC unroll 16
      for (int row = 0; row < M; ++row) {
        const Floats x = all(a[row * lda + first + i]);
#pragma GCC unroll 8
        for (int p = 0; p < 2 * P; ++p) {
          sums[row][p] += x * w[p];
        }
      }
    }
  }
#pragma GCC unroll 16
  for (int row = 0; row < M; ++row) {
#pragma GCC unroll 8
    for (int p = 0; p < 2 * P; ++p) {
      store(c + row * ldc + p * kLanes, sums[row][p]);
    }
  }
}

/** Accumulators that leave registers for the constants of the columns. */
template <typename W>
constexpr int kMostPanels = 4;
template <bool has_offset>
constexpr int kMostPanels<QuantisedByte<has_offset>> = FW_TILE_ROWS >= 12 ? 4
                                                       : has_offset       ? 1
                                                                          : 2;

/** M rows times all panels, as many at a time as the registers hold. */
template <int M, typename W>
void row_tile(const float* a, int64_t lda, int64_t k, const W* panels, int64_t panel_stride, int64_t n_panels, float* c,
              int64_t ldc) {
  constexpr int kRoom = FW_TILE_ROWS / M >= 4 ? 4 : FW_TILE_ROWS / M >= 2 ? 2 : 1;
  constexpr int kAtOnce = kRoom < kMostPanels<W> ? kRoom : kMostPanels<W>;
  int64_t p = 0;
  for (; p + kAtOnce <= n_panels; p += kAtOnce) {
    tile<M, kAtOnce>(a, lda, k, panels + p * panel_stride, panel_stride, c + p * kPanel, ldc);
  }
  if constexpr (kAtOnce > 2) {
    // A head's values: one panel alone would wait for each addition before the next.
    for (; p + 2 <= n_panels; p += 2) {
      tile<M, 2>(a, lda, k, panels + p * panel_stride, panel_stride, c + p * kPanel, ldc);
    }
  }
  for (; p < n_panels; ++p) {
    tile<M, 1>(a, lda, k, panels + p * panel_stride, panel_stride, c + p * kPanel, ldc);
  }
}

/** The last m < M rows; none is allowed. */
template <int M, typename W>
void last_rows(const float* a, int64_t lda, int64_t m, int64_t k, const W* panels, int64_t panel_stride,
               int64_t n_panels, float* c, int64_t ldc) {
  if constexpr (M > 1) {
    if (m == M - 1) {
      row_tile<M - 1>(a, lda, k, panels, panel_stride, n_panels, c, ldc);
    } else {
      last_rows<M - 1>(a, lda, m, k, panels, panel_stride, n_panels, c, ldc);
    }
  }
}

template <typename W>
void product(const float* a, int64_t lda, int64_t m, int64_t k, const W* panels, int64_t panel_stride, int64_t n_panels,
             float* c, int64_t ldc) {
  if (m < FW_TILE_ROWS) {
    last_rows<FW_TILE_ROWS>(a, lda, m, k, panels, panel_stride, n_panels, c, ldc);
    return;
  }
  // Panel by panel: one panel stays in the first cache while all rows pass.
  for (int64_t p = 0; p < n_panels; ++p) {
    const W* panel = panels + p * panel_stride;
    float* out = c + p * kPanel;
    int64_t row = 0;
    for (; m - row > 2 * FW_TILE_ROWS; row += FW_TILE_ROWS) {
      tile<FW_TILE_ROWS, 1>(a + row * lda, lda, k, panel, panel_stride, out + row * ldc, ldc);
    }
    // The rest in two like parts: a tile of one or two rows would wait for each addition before the next.
    const int64_t left = m - row;
    const int64_t half = left > FW_TILE_ROWS ? (left + 1) / 2 : left;
    last_rows<FW_TILE_ROWS + 1>(a + row * lda, lda, half, k, panel, panel_stride, 1, out + row * ldc, ldc);
    row += half;
    last_rows<FW_TILE_ROWS + 1>(a + row * lda, lda, left - half, k, panel, panel_stride, 1, out + row * ldc, ldc);
  }
}

template <typename W>
void expand(const W* panel, int64_t k, float* to) {
  const int64_t length = Columns<W>::length(k);
  for (int64_t first = 0; first < k; first += length) {
    Columns<W> columns[2];
    columns[0].begin(panel, first, 0);
    columns[1].begin(panel, first, kLanes);
    for (int64_t i = 0; i < length; ++i) {
      store(to + (first + i) * kPanel, columns[0].weights(i));
      store(to + (first + i) * kPanel + kLanes, columns[1].weights(i));
    }
  }
}

void finish(const float* c, const float* bias, bool with_gelu, const float* residual, float* y, int64_t n) {
  for (int64_t i = 0; i < n; i += kLanes) {
    const int64_t left = n - i;
    const bool whole = left >= kLanes;
    const auto at = [&](const float* p) { return whole ? load(p + i) : load_part(p + i, left, 0.0f); };
    Floats v = at(c);
    if (bias != nullptr) {
      v += at(bias);
    }
    if (with_gelu) {
      v = gelu(v);
    }
    if (residual != nullptr) {
      v += at(residual);
    }
    if (whole) {
      store(y + i, v);
    } else {
      store_part(y + i, v, left);
    }
  }
}

float maximum(const float* x, int64_t n) {
  Floats m = all(-kInfinity);
  for (int64_t i = 0; i < n; i += kLanes) {
    const Floats v = n - i >= kLanes ? load(x + i) : load_part(x + i, n - i, -kInfinity);
    m = v > m ? v : m;
  }
  return largest(m);
}

float exponentials(float* x, int64_t length, int64_t padded, float factor) {
  const Floats max = all(maximum(x, length));
  Floats total = {};
  for (int64_t i = 0; i < length; i += kLanes) {
    const int64_t left = length - i;
    if (left >= kLanes) {
      const Floats v = exponential((load(x + i) - max) * factor);
      store(x + i, v);
      total += v;
    } else {
      const Floats v = exponential((load_part(x + i, left, -kInfinity) - max) * factor);
      store_part(x + i, v, left);
      total += v;
    }
  }
  for (int64_t i = length; i < padded; ++i) {
    x[i] = 0.0f;
  }
  return sum(total);
}

float sum_exp(const float* x, int64_t n, float max) {
  const Floats top = all(max);
  Floats total = {};
  for (int64_t i = 0; i < n; i += kLanes) {
    total += exponential((n - i >= kLanes ? load(x + i) : load_part(x + i, n - i, -kInfinity)) - top);
  }
  return sum(total);
}

void scale(const float* x, float factor, float* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    y[i] = x[i] * factor;
  }
}

void layer_norm(const float* x, const float* weight, const float* bias, float* y, int64_t n) {
  Floats total = {};
  for (int64_t i = 0; i < n; i += kLanes) {
    total += n - i >= kLanes ? load(x + i) : load_part(x + i, n - i, 0.0f);
  }
  const float mean = sum(total) / static_cast<float>(n);
  Floats squares = {};
  for (int64_t i = 0; i < n; i += kLanes) {
    const Floats d = (n - i >= kLanes ? load(x + i) : load_part(x + i, n - i, mean)) - mean;
    squares += d * d;
  }
  const float factor = 1.0f / __builtin_sqrtf(sum(squares) / static_cast<float>(n) + 1e-5f);
  for (int64_t i = 0; i < n; ++i) {
    y[i] = (x[i] - mean) * factor * weight[i] + bias[i];
  }
}

}  // namespace

const Kernels& FW_KERNELS() {
  static constexpr Kernels set = {FW_KERNELS_NAME,
                                  static_cast<int32_t>(kPanel),
                                  FW_TILE_ROWS,
                                  product<float>,
                                  product<bf16_bits>,
                                  product<f16_bits>,
                                  product<q8_byte>,
                                  product<q8_offset_byte>,
                                  expand<f16_bits>,
                                  expand<q8_byte>,
                                  expand<q8_offset_byte>,
                                  finish,
                                  exponentials,
                                  scale,
                                  layer_norm,
                                  maximum,
                                  sum_exp,
                                  power_spectra};
  return set;
}

}  // namespace fw

#pragma once

#include <optional>
#include <string>

#include "model/model_shape.h"

namespace fw::bench {

/** What a device reaches at best, measured: operations of products, and bytes that are read from memory. */
struct Ceilings {
  double operations_per_s;
  double bytes_per_s;
};

/** Of one NVIDIA H200: a product of 8192 cubed in f16 with sums in f32 by cuBLAS, and a copy of gigabytes. */
inline constexpr Ceilings h200_ceilings{777e12, 3.89e12};

/** Of a GPU that has been measured; nothing for others. */
std::optional<Ceilings> ceilings_of(const std::string& gpu);

/**
 * Seconds a window of 30 s and n_tokens cannot go below in f16, where batch windows share each reading of the decoder's
 * weights: the products and attention of the encoder and the projections of keys and values, then for each token the
 * cached keys and values of the sound (2 bytes each, or 1) and its share of the weights. Aligning is not counted.
 */
double floor_seconds(const ModelShape& shape, const Ceilings& ceilings, double n_tokens, int batch,
                     bool eight_bit_audio);

}  // namespace fw::bench

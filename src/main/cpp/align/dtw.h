#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/network.h"

namespace fw {

/** A matrix of rows (tokens) and columns (audio frames), row-major. */
struct CostMatrix {
  int32_t n_rows = 0;
  int32_t n_columns = 0;
  std::vector<float> values;
};

/**
 * What each frame costs each token, from the cross-attention of the alignment heads (the method of openai/whisper,
 * timing.py): every frame of every head is normalised over all tokens of the forced sequence (mean, population
 * deviation), smoothed along the frames by a median of seven with reflected edges, and the negated mean of the heads is
 * taken.
 *
 * Gives the rows [first_row, first_row + n_rows) and the first n_frames frames. Throws fw::Error where they are not in
 * the alignment. Floor: heads x tokens x frames floats read, 36 operations each: 4 heads, 100 tokens and 1,500 frames
 * are 2.4 MB and 22 M operations, below 5 ms on one core.
 */
CostMatrix attention_cost(const Alignment& alignment, int32_t first_row, int32_t n_rows, int32_t n_frames);

/**
 * The frame at which the cheapest path from the first row and column to the last first touches each row. Its steps are
 * diagonal, down (next row) and right (next column); among equals they are preferred in this order.
 * Floor: n_rows x n_columns steps of two comparisons; 100 x 1,500 below 1 ms.
 */
std::vector<int32_t> dtw_first_columns(const CostMatrix& cost);

}  // namespace fw

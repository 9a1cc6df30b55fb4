#pragma once

#include <cstdint>
#include <vector>

#include "device/executor.h"

namespace fw {

/** A matrix of rows (tokens) and columns (audio frames), row-major. */
struct CostMatrix {
  int32_t n_rows = 0;
  int32_t n_columns = 0;
  std::vector<float> values;
};

/**
 * What each frame costs each token: the rows and frames that the path is asked for.
 * Floor: heads x tokens x frames floats read, 36 operations each: 4 heads, 100 tokens and 1,500 frames are 2.4 MB and
 * 22 M operations, below 5 ms on one core.
 */
CostMatrix attention_cost(const AlignmentPathArgs& args);

/**
 * The column at which the cheapest path first touches each row.
 * Floor: n_rows x n_columns steps of two comparisons; 100 x 1,500 below 1 ms.
 */
std::vector<int32_t> dtw_first_columns(const CostMatrix& cost);

/** AlignmentPathArgs in host memory, on one thread. */
void find_alignment_path(const AlignmentPathArgs& args);

}  // namespace fw

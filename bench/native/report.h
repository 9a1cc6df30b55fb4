#pragma once

#include <ostream>

#include "model_bench.h"

namespace fw::bench {

void write_table_head(std::ostream& out);
void write_table_row(std::ostream& out, const ModelTimes& times);
/** One JSON object on a line. */
void write_json_line(std::ostream& out, const ModelTimes& times);

}  // namespace fw::bench

#include "ops/log_mel.h"

#include "ops/check.h"

namespace fw::ops {

void log_mel(Executor& executor, const LogMelArgs& args) {
  constexpr int64_t kHop = 160, kBins = 201;
  check_output("log_mel", "y", args.y, args.y.rows, args.filters.rows);
  check_sizes("log_mel", "filters", args.filters, args.y.cols, kBins);
  check(args.y.rows >= 2, "log_mel", "at least two frames: half a window is reflected at each end");
  check(static_cast<int64_t>(args.samples.size()) <= args.y.rows * kHop, "log_mel", "no more samples than frames hold");
  executor.log_mel(args);
}

}  // namespace fw::ops

#include "ops/alignment_path.h"

#include "ops/check.h"

namespace fw::ops {

void alignment_path(Executor& executor, const AlignmentPathArgs& args) {
  check(args.n_heads >= 1 && args.n_tokens >= 1, "alignment_path", "heads and tokens");
  check_output("alignment_path", "weights", args.weights, static_cast<int64_t>(args.n_heads) * args.n_tokens,
               args.weights.cols);
  check(args.weights.type == DataType::f32, "alignment_path", "weights in f32");
  check(args.first_row >= 0 && args.n_rows >= 1 && args.first_row <= args.n_tokens - args.n_rows, "alignment_path",
        "rows of the tokens");
  check(args.n_frames >= 1 && args.n_frames <= args.weights.cols, "alignment_path", "frames that have weights");
  check(static_cast<int64_t>(args.first.size()) == args.n_rows, "alignment_path", "a place for each row's frame");
  executor.alignment_path(args);
}

}  // namespace fw::ops

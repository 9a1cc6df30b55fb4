#include "ops/layer_norm.h"

#include "ops/check.h"

namespace fw::ops {

void check_layer_norm(const LayerNormArgs& args) {
  check(args.x.cols > 0, "layer_norm", "at least one column");
  check_sizes("layer_norm", "weight", args.weight, 1, args.x.cols);
  check_sizes("layer_norm", "bias", args.bias, 1, args.x.cols);
  check_output("layer_norm", "y", args.y, args.x.rows, args.x.cols);
}

void layer_norm(Executor& executor, const LayerNormArgs& args) {
  if (args.x.rows == 0) {
    return;
  }
  check_layer_norm(args);
  executor.layer_norm(args);
}

}  // namespace fw::ops

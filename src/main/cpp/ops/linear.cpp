#include "ops/linear.h"

#include "ops/check.h"

namespace fw::ops {

void linear(Executor& executor, const LinearArgs& args) {
  check(args.weight != nullptr, "linear", "a weight");
  if (args.x.rows == 0) {
    return;
  }
  const int64_t n_out = args.weight->n_out();
  check_sizes("linear", "x", args.x, args.x.rows, args.weight->n_in());
  if (args.bias) {
    check_sizes("linear", "bias", args.bias, 1, n_out);
    check(args.bias.type == args.y.type, "linear", "a bias of the result's type");
  }
  if (args.residual) {
    check_sizes("linear", "residual", args.residual, args.x.rows, n_out);
  }
  check_output("linear", "y", args.y, args.x.rows, n_out);
  executor.linear(args);
}

}  // namespace fw::ops

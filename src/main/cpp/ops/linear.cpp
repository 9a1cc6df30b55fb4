#include "ops/linear.h"

#include "ops/check.h"
#include "ops/layer_norm.h"

namespace fw::ops {
namespace {

/** Whether there is anything to do. */
bool check_linear(const LinearArgs& args) {
  check(args.weight != nullptr, "linear", "a weight");
  if (args.x.rows == 0) {
    return false;
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
  return true;
}

}  // namespace

void linear(Executor& executor, const LinearArgs& args) {
  if (check_linear(args)) executor.linear(args);
}

void normed_linear(Executor& executor, const LayerNormArgs& norm, const LinearArgs& args) {
  if (!check_linear(args)) return;
  check_layer_norm(norm);
  check(norm.y.data == args.x.data && norm.y.stride == args.x.stride && norm.x.rows == args.x.rows &&
            norm.x.cols == args.x.cols,
        "normed_linear", "the normed rows as the product's");
  check(args.y.data != norm.x.data, "normed_linear", "a result that is not what is normed");
  executor.normed_linear(norm, args);
}

}  // namespace fw::ops

#include "ops/attention.h"

#include "ops/check.h"

namespace fw::ops {

void attention(Executor& executor, const AttentionArgs& args) {
  if (args.qkv.rows == 0) {
    return;
  }
  check(args.n_windows > 0 && args.qkv.rows % args.n_windows == 0, "attention", "windows of one length");
  check(args.n_heads > 0 && args.y.cols % args.n_heads == 0, "attention", "whole heads");
  check_sizes("attention", "qkv", args.qkv, args.y.rows, 3 * args.y.cols);
  check_output("attention", "y", args.y, args.qkv.rows, args.y.cols);
  executor.attention(args);
}

}  // namespace fw::ops

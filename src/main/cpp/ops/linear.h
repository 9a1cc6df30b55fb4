#pragma once

#include "device/executor.h"

namespace fw::ops {

/** LinearArgs, checked. Nothing happens where x has no rows. */
void linear(Executor& executor, const LinearArgs& args);

/** LayerNormArgs and LinearArgs, checked: args.x is norm.y, which is undefined afterwards. */
void normed_linear(Executor& executor, const LayerNormArgs& norm, const LinearArgs& args);

}  // namespace fw::ops

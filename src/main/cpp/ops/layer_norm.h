#pragma once

#include "device/executor.h"

namespace fw::ops {

/** LayerNormArgs, checked. */
void layer_norm(Executor& executor, const LayerNormArgs& args);

}  // namespace fw::ops

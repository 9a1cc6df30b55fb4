#pragma once

#include "device/executor.h"

namespace fw::ops {

/** Checks arguments with at least one row. */
void check_layer_norm(const LayerNormArgs& args);

/** LayerNormArgs, checked. */
void layer_norm(Executor& executor, const LayerNormArgs& args);

}  // namespace fw::ops

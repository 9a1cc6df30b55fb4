#pragma once

#include "device/executor.h"

namespace fw::ops {

/** AttentionArgs, checked. */
void attention(Executor& executor, const AttentionArgs& args);

}  // namespace fw::ops

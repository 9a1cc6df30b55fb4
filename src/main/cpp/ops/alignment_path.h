#pragma once

#include "device/executor.h"

namespace fw::ops {

/** AlignmentPathArgs, checked. */
void alignment_path(Executor& executor, const AlignmentPathArgs& args);

}  // namespace fw::ops

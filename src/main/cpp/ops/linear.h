#pragma once

#include "device/executor.h"

namespace fw::ops {

/** LinearArgs, checked. Nothing happens where x has no rows. */
void linear(Executor& executor, const LinearArgs& args);

}  // namespace fw::ops

#pragma once

#include "device/executor.h"

namespace fw::ops {

/** LogMelArgs, checked. Samples beyond y.rows * 160 are refused. */
void log_mel(Executor& executor, const LogMelArgs& args);

}  // namespace fw::ops

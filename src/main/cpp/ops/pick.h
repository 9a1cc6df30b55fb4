#pragma once

#include "device/executor.h"

namespace fw::ops {

/** PickArgs, checked. */
void pick(Executor& executor, const PickArgs& args);

/** TokenProbabilityArgs, checked. */
void token_probability(Executor& executor, const TokenProbabilityArgs& args);

}  // namespace fw::ops

#pragma once

#include "device/executor.h"

namespace fw::ops {

/** EmbedArgs, checked. */
void embed(Executor& executor, const EmbedArgs& args);

}  // namespace fw::ops

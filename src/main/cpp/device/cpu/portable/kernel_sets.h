#pragma once

#include <vector>

#include "device/cpu/portable/kernels.h"

namespace fw {

/** The sets that this processor runs, the best one last. */
const std::vector<const Kernels*>& supported_kernels();

/** The best of them. */
inline const Kernels& kernels() { return *supported_kernels().back(); }

}  // namespace fw

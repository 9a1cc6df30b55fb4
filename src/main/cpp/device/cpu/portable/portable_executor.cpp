#include "device/cpu/portable/portable_executor.h"

#include <algorithm>

namespace fw {

PortableExecutor::PortableExecutor(const Kernels& set, int32_t n_threads, const std::function<void()>& on_start)
    : kernels_(set), scratch_(static_cast<size_t>(std::max(n_threads, 1))), pool_(n_threads, on_start) {}

}  // namespace fw

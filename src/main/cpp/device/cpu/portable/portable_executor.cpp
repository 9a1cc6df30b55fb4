#include "device/cpu/portable/portable_executor.h"

#include <omp.h>

#include <algorithm>
#include <cstddef>

namespace fw {

PortableExecutor::PortableExecutor(const Kernels& set, int32_t n_threads)
    : kernels_(set), n_threads_(std::max(n_threads, 1)), scratch_(static_cast<size_t>(n_threads_)) {}

void PortableExecutor::reserve_thread_scratch(size_t bytes) {
  for (Scratch& scratch : scratch_) {
    scratch.take<std::byte>(bytes);
  }
}

Scratch& PortableExecutor::thread_scratch() { return scratch_[static_cast<size_t>(omp_get_thread_num())]; }

}  // namespace fw

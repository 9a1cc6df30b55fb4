#include "device/cpu/portable/kernel_sets.h"

namespace fw {

const std::vector<const Kernels*>& supported_kernels() {
  static const std::vector<const Kernels*> sets = [] {
    std::vector<const Kernels*> list = {&kernels_baseline()};
#if defined(__x86_64__)
    const bool fma = __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
    if (fma && __builtin_cpu_supports("avx2")) {
      list.push_back(&kernels_avx2());
    }
    if (fma && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
      list.push_back(&kernels_avx512());
    }
#endif
    return list;
  }();
  return sets;
}

}  // namespace fw

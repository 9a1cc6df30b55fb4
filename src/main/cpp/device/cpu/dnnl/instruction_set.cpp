#include "device/cpu/dnnl/instruction_set.h"

#include <dnnl.hpp>

namespace fw {
namespace {

struct Level {
  dnnl::cpu_isa isa;
  const char* name;
  bool avx512;
  bool vnni;
  bool bf16;
  bool amx;
};

constexpr Level kLevels[] = {
    {dnnl::cpu_isa::avx2, "avx2", false, false, false, false},
    {dnnl::cpu_isa::avx2_vnni, "avx2_vnni", false, true, false, false},
    {dnnl::cpu_isa::avx2_vnni_2, "avx2_vnni_2", false, true, false, false},
    {dnnl::cpu_isa::avx512_core, "avx512_core", true, false, false, false},
    {dnnl::cpu_isa::avx512_core_vnni, "avx512_core_vnni", true, true, false, false},
    {dnnl::cpu_isa::avx512_core_bf16, "avx512_core_bf16", true, true, true, false},
    {dnnl::cpu_isa::avx512_core_fp16, "avx512_core_fp16", true, true, true, false},
    {dnnl::cpu_isa::avx512_core_amx, "avx512_core_amx", true, true, true, true},
    {dnnl::cpu_isa::avx512_core_amx_fp16, "avx512_core_amx_fp16", true, true, true, true},
    {dnnl::cpu_isa::avx10_2_512, "avx10_2_512", true, true, true, false},
    {dnnl::cpu_isa::avx10_2_512_amx_2, "avx10_2_512_amx_2", true, true, true, true},
};

InstructionSet detect() {
  InstructionSet set;
  const dnnl::cpu_isa isa = dnnl::get_effective_cpu_isa();
  set.usable = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && isa != dnnl::cpu_isa::sse41 &&
               isa != dnnl::cpu_isa::avx;
  // One that is newer than the list at least runs AVX2.
  set.name = set.usable ? "avx2" : "sse41";
  for (const Level& level : kLevels) {
    if (set.usable && level.isa == isa) {
      set = {level.name, true, level.avx512, level.vnni, level.bf16, level.amx};
      break;
    }
  }
  return set;
}

}  // namespace

fw_precision InstructionSet::fastest() const {
  if (amx) return FW_PRECISION_BF16;
  if (vnni) return FW_PRECISION_INT8;
  return FW_PRECISION_F32;
}

const VectorKernels& InstructionSet::kernels() const { return avx512 ? kAvx512Kernels : kAvx2Kernels; }

const InstructionSet& instruction_set() {
  static const InstructionSet set = detect();
  return set;
}

}  // namespace fw

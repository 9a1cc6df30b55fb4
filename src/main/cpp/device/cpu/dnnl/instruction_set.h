#pragma once

#include <string>

#include "device/cpu/dnnl/vector_kernels.h"
#include "fastwhisper.h"

namespace fw {

/**
 * What the processor offers, as oneDNN sees it: ONEDNN_MAX_CPU_ISA lowers it, for oneDNN and for the code around it.
 * A choice that follows from it is the same in every run on one machine; nothing is chosen by timing.
 */
struct InstructionSet {
  /** "avx2", "avx512_core_vnni", "avx512_core_amx" ...: oneDNN's own names. */
  std::string name;
  /** AVX2 and FMA: the least that this path needs. */
  bool usable = false;
  bool avx512 = false;
  /** Dot products of bytes in 32 bits. Without them oneDNN adds pairs in 16 bits, which saturate. */
  bool vnni = false;
  /** Products of bf16 by bf16. */
  bool bf16 = false;
  bool amx = false;

  /** bf16 with AMX, int8 with VNNI, else f32: the fastest of each in docs/performance.md. */
  fw_precision fastest() const;
  const VectorKernels& kernels() const;
};

const InstructionSet& instruction_set();

}  // namespace fw

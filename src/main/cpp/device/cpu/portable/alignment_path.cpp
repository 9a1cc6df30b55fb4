#include "device/cpu/alignment_path.h"

#include "device/cpu/portable/portable_executor.h"

namespace fw {

void PortableExecutor::alignment_path(const AlignmentPathArgs& args) { find_alignment_path(args); }

}  // namespace fw

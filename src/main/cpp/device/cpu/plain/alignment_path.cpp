#include "device/cpu/alignment_path.h"

#include "device/cpu/plain/plain_executor.h"

namespace fw {

void PlainExecutor::alignment_path(const AlignmentPathArgs& args) { find_alignment_path(args); }

}  // namespace fw

// SSE2 on x86-64, NEON on ARM64: what every processor of the kind has.
#define FW_KERNELS kernels_baseline
#define FW_KERNELS_NAME "baseline"
#define FW_VECTOR_BYTES 16
#define FW_TILE_ROWS 6
#include "device/cpu/portable/kernels_impl.h"

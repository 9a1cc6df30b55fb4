#define FW_KERNELS kernels_avx2
#define FW_KERNELS_NAME "avx2"
#define FW_VECTOR_BYTES 32
#define FW_TILE_ROWS 6
#include "device/cpu/portable/kernels_impl.h"

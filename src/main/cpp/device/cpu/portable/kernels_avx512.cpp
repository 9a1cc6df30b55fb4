#define FW_KERNELS kernels_avx512
#define FW_KERNELS_NAME "avx512"
#define FW_VECTOR_BYTES 64
#define FW_TILE_ROWS 12
#include "device/cpu/portable/kernels_impl.h"

#define FW_POWER_SPECTRA power_spectra_avx2
#define FW_VECTOR_BYTES 32
#include "audio/spectrum_kernels_impl.h"

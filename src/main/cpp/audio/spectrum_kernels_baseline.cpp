#define FW_POWER_SPECTRA power_spectra_baseline
#define FW_VECTOR_BYTES 16
#include "audio/spectrum_kernels_impl.h"

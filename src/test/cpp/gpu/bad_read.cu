#include <cuda_runtime.h>

#include "gpu/bad_read.h"

namespace fw {
namespace {

__global__ void read(const volatile int* from) {
  // So that the read is not left out.
  if (*from == 42) __trap();
}

}  // namespace

bool read_bad_address() {
  if (cudaSetDevice(0) != cudaSuccess) return false;
  read<<<1, 1>>>(reinterpret_cast<const int*>(0x10));
  return cudaDeviceSynchronize() == cudaErrorIllegalAddress;
}

}  // namespace fw

#include "device/cuda/backend.h"

#include <cuda_runtime.h>

#include <algorithm>
#include <string>

#include "base/error.h"
#include "device/cuda/cuda_check.h"
#include "device/cuda/cuda_device.h"

namespace fw::cuda {
namespace {

int32_t device_count() {
  int n = 0;
  if (cudaGetDeviceCount(&n) != cudaSuccess) {
    cudaGetLastError();
    return 0;
  }
  return n;
}

void describe(int32_t index, fw_device_info* info) {
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, index), "cudaGetDeviceProperties");
  const auto put = [](const std::string& text, char* field, size_t size) { field[text.copy(field, size - 1)] = '\0'; };
  put("cuda:" + std::to_string(index), info->id, sizeof info->id);
  put(properties.name, info->name, sizeof info->name);
  put("sm_" + std::to_string(properties.major) + std::to_string(properties.minor), info->isa, sizeof info->isa);
  info->precision = FW_PRECISION_F16;
  info->n_units = properties.multiProcessorCount;
  info->memory_bytes = static_cast<int64_t>(properties.totalGlobalMem);
}

std::string bus_id(int32_t index) {
  char id[32];
  check(cudaDeviceGetPCIBusId(id, sizeof id, index), "cudaDeviceGetPCIBusId");
  return id;
}

std::shared_ptr<const Device> open(int32_t index, fw_precision precision) {
  return std::make_shared<CudaDevice>(index, precision);
}

constexpr CudaBackend backend{.build = FASTWHISPER_BUILD,
                              .device_count = device_count,
                              .describe = describe,
                              .management = "libnvidia-ml.so.1",
                              .bus_id = bus_id,
                              .open = open};

}  // namespace
}  // namespace fw::cuda

extern "C" const fw::CudaBackend* fw_cuda_backend(void) { return &fw::cuda::backend; }

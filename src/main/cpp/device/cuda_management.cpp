#include "device/cuda_management.h"

#include <dlfcn.h>

#include <cstdint>

#include "base/error.h"

namespace fw {
namespace {

// Of NVML's API reference; nvmlReturn_t is an int, 0 is success.
using NvmlDevice = void*;
struct NvmlUtilization {
  /** Percent of the last sample period in which a kernel ran, and in which memory was read or written. */
  unsigned int gpu, memory;
};
struct NvmlMemory {
  /** Bytes. */
  unsigned long long total, free, used;
};
using NvmlInit = int (*)();
using NvmlGetDevice = int (*)(const char* bus_id, NvmlDevice* device);
using NvmlGetUtilization = int (*)(NvmlDevice device, NvmlUtilization* utilization);
using NvmlGetMemory = int (*)(NvmlDevice device, NvmlMemory* memory);
using NvmlErrorString = const char* (*)(int error);

constexpr int missing_function = 13;  // NVML_ERROR_FUNCTION_NOT_FOUND

/** Calls a function of the library by its name. */
template <typename Function, typename... Arguments>
int call_nvml(void* library, const char* name, Arguments... arguments) {
  const auto function = reinterpret_cast<Function>(dlsym(library, name));
  return function == nullptr ? missing_function : function(arguments...);
}

std::string nvml_obstacle(void* library, const char* what, int error) {
  const auto get_text = reinterpret_cast<NvmlErrorString>(dlsym(library, "nvmlErrorString"));
  const std::string text = get_text == nullptr ? "it is no NVML" : get_text(error);
  return std::string("the driver does not measure GPUs: ") + what + ": " + text + " (NVML error " +
         std::to_string(error) + ")";
}

}  // namespace

CudaManagement::CudaManagement(const char* path) {
  void* const library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    obstacle_ = std::string("there is no NVML to measure GPUs with: ") + dlerror();
    return;
  }
  const int error = call_nvml<NvmlInit>(library, "nvmlInit_v2");
  if (error != 0) {
    obstacle_ = nvml_obstacle(library, "nvmlInit_v2", error);
    return;
  }
  library_ = library;
}

fw_device_use CudaManagement::measure(const std::string& bus_id) const {
  if (library_ == nullptr) throw Error(FW_STATUS_UNSUPPORTED, obstacle_);
  const auto check = [this](const char* what, int error) {
    if (error != 0) throw Error(FW_STATUS_UNSUPPORTED, nvml_obstacle(library_, what, error));
  };
  constexpr const char *get_device = "nvmlDeviceGetHandleByPciBusId_v2", *get_memory = "nvmlDeviceGetMemoryInfo";
  NvmlDevice device = nullptr;
  check(get_device, call_nvml<NvmlGetDevice>(library_, get_device, bus_id.c_str(), &device));
  NvmlMemory memory{};
  check(get_memory, call_nvml<NvmlGetMemory>(library_, get_memory, device, &memory));
  // A GPU in MIG mode tells its memory alone.
  NvmlUtilization utilization{};
  const bool told = call_nvml<NvmlGetUtilization>(library_, "nvmlDeviceGetUtilizationRates", device, &utilization) == 0;
  return {.busy = told ? utilization.gpu / 100.0 : -1.0, .used_bytes = static_cast<int64_t>(memory.used)};
}

}  // namespace fw

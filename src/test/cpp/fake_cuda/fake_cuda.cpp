// GPUs that are the CPU, and a driver without any. Told by the environment what to be:
//   FAKE_CUDA_GPUS         how many there are; 2 where it is not set
//   FAKE_CUDA_BUILD        the build that the library claims to be of
//   FAKE_CUDA_OPEN_STATUS  the fw_status that opening fails with
//   FAKE_CUDA_INIT         the CUresult that the driver begins with
//   FAKE_CUDA_MEASURE      the nvmlReturn_t that measuring begins with
//   FAKE_CUDA_BUSY         the nvmlReturn_t to the question how busy a GPU is
//   FAKE_CUDA_LOST         a folder: GPU N is lost once there is a file N in it
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "abi/guard.h"
#include "base/error.h"
#include "device/cpu/portable/portable_device.h"
#include "device/cpu/portable/portable_executor.h"
#include "device/cuda/backend.h"

namespace {

int32_t number(const char* name, int32_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : static_cast<int32_t>(std::strtol(value, nullptr, 10));
}

int32_t device_count() { return number("FAKE_CUDA_GPUS", 2); }

void describe(int32_t index, fw_device_info* info) {
  fw::copy_text("Fake GPU " + std::to_string(index), info->name);
  fw::copy_text("sm_90", info->isa);
  info->precision = FW_PRECISION_F16;
  info->n_units = 132;
  info->memory_bytes = int64_t{80} << 30;
}

std::string bus_id(int32_t index) { return "fake:" + std::to_string(index); }

void check_lost(int32_t gpu) {
  const char* folder = std::getenv("FAKE_CUDA_LOST");
  if (folder != nullptr && std::filesystem::exists(std::filesystem::path(folder) / std::to_string(gpu))) {
    throw fw::Error(FW_STATUS_DEVICE_LOST, "Fake GPU " + std::to_string(gpu) + " fell off the bus");
  }
}

/** Every window begins with its spectrogram: there a GPU is found lost. */
class FakeExecutor final : public fw::PortableExecutor {
 public:
  FakeExecutor(int32_t gpu, const fw::Kernels& set, int32_t n_threads) : PortableExecutor(set, n_threads), gpu_(gpu) {}

  void log_mel(const fw::LogMelArgs& args) override {
    check_lost(gpu_);
    PortableExecutor::log_mel(args);
  }

 private:
  int32_t gpu_;
};

class FakeGpu final : public fw::PortableDevice {
 public:
  FakeGpu(int32_t gpu, fw_precision precision) : PortableDevice(precision), gpu_(gpu) {}

  std::unique_ptr<fw::Executor> open(const fw::ExecutorOptions& options) const override {
    return std::make_unique<FakeExecutor>(gpu_, kernel_set(), options.n_threads);
  }

 private:
  int32_t gpu_;
};

std::shared_ptr<const fw::Device> open(int32_t index, fw_precision precision) {
  const fw_status status = number("FAKE_CUDA_OPEN_STATUS", FW_STATUS_OK);
  if (status != FW_STATUS_OK) {
    throw fw::Error(status, "cuda:" + std::to_string(index) + " answers " + std::to_string(status));
  }
  const auto cpu = fw::make_portable_device(precision == FW_PRECISION_F16 ? FW_PRECISION_F32 : precision);
  return std::make_shared<FakeGpu>(index, cpu->precision());
}

}  // namespace

__attribute__((visibility("default"))) const fw::CudaBackend* fw_cuda_backend(void) {
  static fw::CudaBackend backend{nullptr, device_count, describe, FASTWHISPER_FAKE_CUDA, bus_id, open};
  const char* other = std::getenv("FAKE_CUDA_BUILD");
  backend.build = other == nullptr ? FASTWHISPER_BUILD : other;
  return &backend;
}

extern "C" {

__attribute__((visibility("default"))) int cuInit(unsigned int) { return number("FAKE_CUDA_INIT", 0); }

__attribute__((visibility("default"))) int cuDeviceGetCount(int* count) {
  *count = device_count();
  return 0;
}

__attribute__((visibility("default"))) int cuDriverGetVersion(int* version) {
  *version = 12020;
  return 0;
}

__attribute__((visibility("default"))) int cuGetErrorString(int error, const char** text) {
  if (error != 100) return 1;
  *text = "no CUDA-capable device is detected";
  return 0;
}

// GPU N is busy for 40 + N % of the time, and has N + 1 GiB in use.

__attribute__((visibility("default"))) int nvmlInit_v2() { return number("FAKE_CUDA_MEASURE", 0); }

__attribute__((visibility("default"))) int nvmlDeviceGetHandleByPciBusId_v2(const char* bus_id, void** device) {
  static int32_t gpus[] = {0, 1, 2, 3};
  for (int32_t& gpu : gpus) {
    if (bus_id == ::bus_id(gpu)) {
      *device = &gpu;
      return 0;
    }
  }
  return 6;  // NVML_ERROR_NOT_FOUND
}

__attribute__((visibility("default"))) int nvmlDeviceGetMemoryInfo(void* device, unsigned long long* total_free_used) {
  total_free_used[2] = (*static_cast<int32_t*>(device) + 1ULL) << 30;
  return 0;
}

__attribute__((visibility("default"))) int nvmlDeviceGetUtilizationRates(void* device, unsigned int* gpu_memory) {
  *gpu_memory = 40 + static_cast<unsigned int>(*static_cast<int32_t*>(device));
  return number("FAKE_CUDA_BUSY", 0);
}

__attribute__((visibility("default"))) const char* nvmlErrorString(int error) {
  return error == 6 ? "Not Found" : "Driver Not Loaded";
}
}

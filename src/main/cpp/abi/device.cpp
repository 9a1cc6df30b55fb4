#include "device/device.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <thread>

#include "abi/guard.h"
#include "device/cuda_library.h"
#include "device/open_device.h"
#include "fastwhisper.h"

namespace {

/** The processor's name as Linux tells it; "cpu" where it tells none (ARM). */
std::string processor_name() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    const size_t colon = line.find(':');
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos)
      return line.substr(std::min(colon + 2, line.size()));
  }
  return "cpu";
}

int64_t memory_bytes() {
  return static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<int64_t>(sysconf(_SC_PAGESIZE));
}

/** Throws where there is no device of this number. */
void check_index(int32_t index) {
  if (index < 0 || (index > 0 && index >= fw_device_count())) {
    throw fw::Error(FW_STATUS_INVALID_ARGUMENT, "device index is " + std::to_string(index) + "; there are " +
                                                    std::to_string(fw_device_count()) + " devices");
  }
}

void describe_cpu(fw_device_info& info) {
  const auto device = fw::open_device("cpu", FW_PRECISION_AUTO);
  // "onednn brgemm:avx512_core_vnni", "portable:avx2": the instruction set stands behind the colon.
  const std::string implementation = device->implementation();
  fw::copy_text("cpu", info.id);
  fw::copy_text(processor_name(), info.name);
  fw::copy_text(implementation.substr(implementation.find(':') + 1), info.isa);
  info.precision = device->precision();
  info.n_units = static_cast<int32_t>(std::max(std::thread::hardware_concurrency(), 1u));
  info.memory_bytes = memory_bytes();
}

}  // namespace

extern "C" int32_t fw_device_count(void) {
  int32_t n_gpus = 0;
  fw::guard([&] { n_gpus = fw::CudaLibrary::of_process().device_count(); });
  return 1 + n_gpus;
}

extern "C" fw_status fw_device_describe(int32_t index, fw_device_info* info) {
  return fw::guard([&] {
    fw_device_info& out = fw::required(info, "info");
    check_index(index);
    fw_device_info filled{};
    if (index == 0) {
      describe_cpu(filled);
    } else {
      const int32_t gpu = index - 1;
      filled.precision = FW_PRECISION_F16;
      fw::CudaLibrary::of_process().describe(gpu, &filled);
      fw::copy_text("cuda:" + std::to_string(gpu), filled.id);
    }
    out = filled;
  });
}

extern "C" fw_status fw_device_measure(int32_t index, fw_device_use* use) {
  return fw::guard([&] {
    fw_device_use& out = fw::required(use, "use");
    check_index(index);
    if (index == 0) throw fw::Error(FW_STATUS_UNSUPPORTED, "how much of the CPU is in use is not measured");
    out = fw::CudaLibrary::of_process().measure(index - 1);
  });
}

extern "C" const char* fw_cuda_status(void) {
  const char* status = "out of host memory";
  fw::guard([&] { status = fw::CudaLibrary::of_process().obstacle().c_str(); });
  return status;
}

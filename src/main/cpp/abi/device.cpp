#include "device/device.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <thread>

#include "abi/guard.h"
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

}  // namespace

extern "C" int32_t fw_device_count(void) { return 1; }

extern "C" fw_status fw_device_describe(int32_t index, fw_device_info* info) {
  return fw::guard([&] {
    fw_device_info& out = fw::required(info, "info");
    if (index < 0 || index >= fw_device_count()) {
      throw fw::Error(FW_STATUS_INVALID_ARGUMENT, "device index is " + std::to_string(index) + "; there are " +
                                                      std::to_string(fw_device_count()) + " devices");
    }
    const auto device = fw::open_device("cpu", FW_PRECISION_AUTO);
    // "onednn brgemm:avx512_core_vnni", "portable:avx2": the instruction set stands behind the colon.
    const std::string implementation = device->implementation();
    fw_device_info filled{};
    fw::copy_text("cpu", filled.id);
    fw::copy_text(processor_name(), filled.name);
    fw::copy_text(implementation.substr(implementation.find(':') + 1), filled.isa);
    filled.precision = device->precision();
    filled.n_units = static_cast<int32_t>(std::max(std::thread::hardware_concurrency(), 1u));
    filled.memory_bytes = memory_bytes();
    out = filled;
  });
}

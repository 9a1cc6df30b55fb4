#include "device/open_device.h"

#include <string>

#include "base/error.h"
#include "device/cpu/portable/portable_device.h"
#ifdef FASTWHISPER_DNNL
#include "device/cpu/dnnl/dnnl_device.h"
#endif

namespace fw {

std::shared_ptr<const Device> open_device(std::string_view id, fw_precision precision) {
  if (id != "cpu") {
    throw Error(FW_STATUS_INVALID_ARGUMENT, "device '" + std::string(id) + "': expected \"cpu\"");
  }
#ifdef FASTWHISPER_DNNL
  try {
    return make_dnnl_device(precision);
  } catch (const Error& error) {
    // The portable path has f32 and bf16 on every processor; int8 it refuses, in words of its own.
    if (error.status() != FW_STATUS_UNSUPPORTED) throw;
  }
#endif
  return make_portable_device(precision);
}

}  // namespace fw

#include "device/open_device.h"

#include <string>

#include "base/error.h"
#include "device/cpu/portable/portable_device.h"

namespace fw {

std::shared_ptr<const Device> open_device(std::string_view id, fw_precision precision) {
  if (id != "cpu") {
    throw Error(FW_STATUS_INVALID_ARGUMENT, "device '" + std::string(id) + "': expected \"cpu\"");
  }
  return make_portable_device(precision);
}

}  // namespace fw

#include "device/open_device.h"

#include <charconv>
#include <optional>
#include <string>

#include "base/error.h"
#include "device/cpu/portable/portable_device.h"
#ifdef FASTWHISPER_DNNL
#include "device/cpu/dnnl/dnnl_device.h"
#endif

namespace fw {
namespace {

constexpr std::string_view cuda_prefix = "cuda:";

std::shared_ptr<const Device> open_cpu(fw_precision precision) {
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

/** N of "cuda:N"; nothing where the id is not of that form. */
std::optional<int32_t> cuda_index(std::string_view id) {
  if (!id.starts_with(cuda_prefix)) return std::nullopt;
  const char* const begin = id.data() + cuda_prefix.size();
  const char* const end = id.data() + id.size();
  int32_t index = 0;
  const auto [stop, failure] = std::from_chars(begin, end, index);
  if (failure != std::errc() || stop != end || index < 0) return std::nullopt;
  return index;
}

std::string known_devices(const CudaLibrary& cuda) {
  const int32_t n_gpus = cuda.device_count();
  if (n_gpus == 0) return "there is cpu";
  const std::string first = "there are cpu and cuda:0";
  return n_gpus == 1 ? first : first + " to cuda:" + std::to_string(n_gpus - 1);
}

}  // namespace

std::shared_ptr<const Device> open_device(std::string_view id, fw_precision precision) {
  // A CPU needs no look at the GPUs, which takes the driver some time.
  return id == "cpu" ? open_cpu(precision) : open_device(id, precision, CudaLibrary::of_process());
}

std::shared_ptr<const Device> open_device(std::string_view id, fw_precision precision, const CudaLibrary& cuda) {
  if (id == "cpu") return open_cpu(precision);
  if (id == "auto") return cuda.device_count() > 0 ? cuda.open(0, precision) : open_cpu(precision);
  const std::string what = "device '" + std::string(id) + "': ";
  const std::optional<int32_t> index = cuda_index(id);
  if (!index) {
    throw Error(FW_STATUS_INVALID_ARGUMENT, what + "expected cpu, cuda:N or auto; " + known_devices(cuda));
  }
  if (cuda.device_count() == 0) throw Error(FW_STATUS_UNSUPPORTED, what + cuda.obstacle());
  if (*index >= cuda.device_count()) throw Error(FW_STATUS_INVALID_ARGUMENT, what + known_devices(cuda));
  return cuda.open(*index, precision);
}

}  // namespace fw

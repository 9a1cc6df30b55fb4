#include "device/cuda_driver.h"

#include <dlfcn.h>

namespace fw {
namespace {

// Of NVIDIA's driver API; CUresult is an int, 0 is success.
using Init = int (*)(unsigned int flags);
using GetInt = int (*)(int* value);
using GetErrorString = int (*)(int error, const char** text);

template <typename Function>
Function find(void* library, const char* name) {
  return reinterpret_cast<Function>(dlsym(library, name));
}

std::string error_text(void* library, int error) {
  const auto get_text = find<GetErrorString>(library, "cuGetErrorString");
  const char* text = nullptr;
  const bool known = get_text != nullptr && get_text(error, &text) == 0 && text != nullptr;
  return std::string(known ? text : "unknown error") + " (CUDA error " + std::to_string(error) + ")";
}

/** "13.0" of 13000. */
std::string cuda_version(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

}  // namespace

std::string driver_obstacle(const char* driver) {
  void* const library = dlopen(driver, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return std::string("there is no NVIDIA driver: ") + dlerror();
  const auto init = find<Init>(library, "cuInit");
  const auto get_count = find<GetInt>(library, "cuDeviceGetCount");
  const auto get_version = find<GetInt>(library, "cuDriverGetVersion");
  if (init == nullptr || get_count == nullptr || get_version == nullptr) {
    return std::string(driver) + " is no NVIDIA driver: it has no cuInit";
  }
  int error = init(0);
  int n_devices = 0;
  if (error == 0) error = get_count(&n_devices);
  if (error != 0) return "the NVIDIA driver gives no GPU: " + error_text(library, error);
  if (n_devices == 0) return "the NVIDIA driver shows no GPU";
  int version = 0;
  get_version(&version);
  return "the NVIDIA driver, of CUDA " + cuda_version(version) + ", shows " + std::to_string(n_devices) +
         " GPU(s), but is too old for libfastwhisper_cuda, or has none that it knows";
}

}  // namespace fw

#include "device/cuda_library.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "device/cuda/backend.h"
#include "device/cuda_driver.h"
#include "device/cuda_management.h"

namespace fw {
namespace {

constexpr const char* file_name = "libfastwhisper_cuda.so";

/** Why the library of this path cannot be loaded, from what the system's loader says. */
std::string load_obstacle(const std::string& path, const char* reason) {
  if (path == file_name && std::strncmp(reason, file_name, std::strlen(file_name)) == 0) {
    return std::string("this build computes on the CPU alone: there is no ") + file_name;
  }
  return path + " does not load: " + reason;
}

}  // namespace

CudaLibrary::CudaLibrary(const std::string& path) {
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    obstacle_ = load_obstacle(path, dlerror());
    return;
  }
  const auto entry = reinterpret_cast<decltype(&fw_cuda_backend)>(dlsym(library, "fw_cuda_backend"));
  if (entry == nullptr) {
    obstacle_ = path + " is not FastWhisper's: it has no fw_cuda_backend";
    return;
  }
  const CudaBackend* const backend = entry();
  if (std::strcmp(backend->build, FASTWHISPER_BUILD) != 0) {
    obstacle_ = path + " is of build " + backend->build + ", the core is of build " + FASTWHISPER_BUILD;
    return;
  }
  n_devices_ = std::max(backend->device_count(), 0);
  if (n_devices_ == 0) {
    obstacle_ = driver_obstacle("libcuda.so.1");
    return;
  }
  backend_ = backend;
}

const CudaLibrary& CudaLibrary::of_process() {
  static const CudaLibrary library(default_path());
  return library;
}

std::string CudaLibrary::default_path() {
  if (const char* given = std::getenv("FASTWHISPER_CUDA_LIBRARY"); given != nullptr && *given != '\0') return given;
  Dl_info here{};
  if (dladdr(reinterpret_cast<const void*>(&CudaLibrary::default_path), &here) != 0 && here.dli_fname != nullptr) {
    const std::filesystem::path beside = std::filesystem::path(here.dli_fname).replace_filename(file_name);
    std::error_code none;
    if (std::filesystem::exists(beside, none)) return std::filesystem::absolute(beside).string();
  }
  return file_name;
}

void CudaLibrary::describe(int32_t index, fw_device_info* info) const { backend_->describe(index, info); }

fw_device_use CudaLibrary::measure(int32_t index) const {
  // One for the process, as the GPUs' library is.
  static const CudaManagement management(backend_->management);
  return management.measure(backend_->bus_id(index));
}

std::shared_ptr<const Device> CudaLibrary::open(int32_t index, fw_precision precision) const {
  return backend_->open(index, precision);
}

}  // namespace fw

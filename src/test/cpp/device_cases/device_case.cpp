#include "device_cases/device_case.h"

#include "device/cpu/portable/portable_device.h"
#ifdef FASTWHISPER_DNNL
#include "base/error.h"
#include "device/cpu/dnnl/dnnl_device.h"
#endif

#ifdef FASTWHISPER_CUDA
#include "device/cuda/backend.h"
#endif

namespace fw {

namespace {

std::vector<DeviceCase> cases_of(const std::vector<const Kernels*>& sets) {
  std::vector<DeviceCase> cases;
  for (const Kernels* set : sets) {
    const std::string name = std::string("portable_") + set->name;
    for (const fw_precision precision : {FW_PRECISION_F32, FW_PRECISION_BF16}) {
      cases.push_back({name + (precision == FW_PRECISION_F32 ? "_f32" : "_bf16"),
                       [set, precision] { return std::make_shared<PortableDevice>(precision, *set); }, precision});
    }
  }
#ifdef FASTWHISPER_DNNL
  const std::pair<fw_precision, const char*> offered[] = {
      {FW_PRECISION_F32, "onednn_f32"}, {FW_PRECISION_BF16, "onednn_bf16"}, {FW_PRECISION_INT8, "onednn_int8"}};
  for (const auto& [precision, name] : offered) {
    try {
      const std::shared_ptr<const Device> device = make_dnnl_device(precision);
      cases.push_back({name, [device] { return device; }, precision});
    } catch (const Error&) {
      // This processor has no product of that precision.
    }
  }
#endif
  return cases;
}

/** The first GPU, where this build has the backend and the machine a driver. */
std::vector<DeviceCase> with_gpu(std::vector<DeviceCase> cases) {
#ifdef FASTWHISPER_CUDA
  if (fw_cuda_backend()->device_count() > 0) {
    const std::pair<fw_precision, const char*> offered[] = {
        {FW_PRECISION_F32, "cuda_f32"}, {FW_PRECISION_F16, "cuda_f16"}, {FW_PRECISION_BF16, "cuda_bf16"}};
    for (const auto& [precision, name] : offered) {
      cases.push_back({name, [precision] { return fw_cuda_backend()->open(0, precision); }, precision});
    }
  }
#endif
  return cases;
}

}  // namespace

std::vector<DeviceCase> device_cases() { return with_gpu(cases_of(supported_kernels())); }

std::vector<DeviceCase> network_device_cases() { return with_gpu(cases_of({&kernels()})); }

}  // namespace fw

#include "device/cuda/hopper/tensor_map.h"

#include <cuda_runtime.h>

#include "base/error.h"
#include "device/cuda/cuda_check.h"
#include "fastwhisper.h"

namespace fw::cuda {
namespace {

/** The driver's function, which this library is not linked with; null where the driver has none. */
decltype(&cuTensorMapEncodeTiled) find_encode() {
  void* found = nullptr;
  cudaDriverEntryPointQueryResult result{};
#if CUDART_VERSION >= 12050
  const cudaError_t status =
      cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &found, 12000, cudaEnableDefault, &result);
#else
  const cudaError_t status = cudaGetDriverEntryPoint("cuTensorMapEncodeTiled", &found, cudaEnableDefault, &result);
#endif
  if (status != cudaSuccess || result != cudaDriverEntryPointSuccess) return nullptr;
  return reinterpret_cast<decltype(&cuTensorMapEncodeTiled)>(found);
}

decltype(&cuTensorMapEncodeTiled) encode() {
  static const auto found = find_encode();
  return found;
}

}  // namespace

bool is_hopper() {
  int device = 0, major = 0, minor = 0;
  check(cudaGetDevice(&device), "cudaGetDevice");
  check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device), "cudaDeviceGetAttribute");
  check(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device), "cudaDeviceGetAttribute");
  return major == 9 && minor == 0 && encode() != nullptr;
}

CUtensorMap map_boxes(const Tensor& t, int64_t n_windows, int32_t box_rows) {
  const auto row_bytes = static_cast<cuuint64_t>(t.stride) * size_of(t.type);
  const auto rows = static_cast<cuuint64_t>(t.rows / n_windows);
  const cuuint64_t sizes[] = {static_cast<cuuint64_t>(t.cols), rows, static_cast<cuuint64_t>(n_windows)};
  const cuuint64_t strides[] = {row_bytes, row_bytes * rows};
  const cuuint32_t box[] = {box_columns, static_cast<cuuint32_t>(box_rows), 1}, steps[] = {1, 1, 1};
  const auto type = t.type == DataType::f16 ? CU_TENSOR_MAP_DATA_TYPE_FLOAT16 : CU_TENSOR_MAP_DATA_TYPE_BFLOAT16;
  CUtensorMap map{};
  if (encode() == nullptr || encode()(&map, type, 3, t.data, sizes, strides, box, steps, CU_TENSOR_MAP_INTERLEAVE_NONE,
                                      CU_TENSOR_MAP_SWIZZLE_128B, CU_TENSOR_MAP_L2_PROMOTION_L2_256B,
                                      CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE) != CUDA_SUCCESS) {
    throw Error(FW_STATUS_UNSUPPORTED, "cuTensorMapEncodeTiled: the driver describes no such tensor");
  }
  return map;
}

}  // namespace fw::cuda

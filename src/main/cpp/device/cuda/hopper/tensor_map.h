#pragma once

#include <cuda.h>

#include <cstdint>

#include "device/tensor.h"

/** What the copy engine of a Hopper multiprocessor must know of a tensor (CUDA driver API, tensor map objects). */
namespace fw::cuda {

/** Elements of a row of a box: 128 bytes. */
inline constexpr int32_t box_columns = 64;

/** Whether the calling thread's GPU is a Hopper, whose own instructions no other has, and its driver makes such maps.
 */
bool is_hopper();

/**
 * For copy_box (async.cuh): boxes of box_rows rows of rows of 16-bit elements, which are those of n_windows windows
 * behind one another, all of one length; t begins at 16 bytes. Throws FW_STATUS_UNSUPPORTED where is_hopper() is false.
 */
CUtensorMap map_boxes(const Tensor& t, int64_t n_windows, int32_t box_rows);

}  // namespace fw::cuda

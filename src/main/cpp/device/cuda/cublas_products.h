#pragma once

#include <cuda_runtime.h>

#include <memory>

#include "device/cuda/kernels.h"

namespace fw::cuda {

/**
 * Products of many rows by cuBLASLt, for one stream: f16 or bf16 operands, f32 sums, y and bias of the operands' type
 * or f32, bias and GELU (its tanh form, within 5e-4 of the exact one) in the product's last stage.
 *
 * cuBLAS promises equal bits for equal calls only. So that a row's result does not depend on how many others there are,
 * the algorithm of a weight is chosen once, for the largest number of rows that a lane has of it, without sums that are
 * split among blocks, and is used for every smaller number.
 */
class CublasProducts {
 public:
  CublasProducts();
  ~CublasProducts();

  /** Enqueues a product; most_rows: the largest number of rows that calls of its kind have. Throws FW_STATUS_LANE_LOST
   * where cuBLAS fails. */
  void run(cudaStream_t stream, const LinearShape& shape, int64_t most_rows, DataType type, const void* x,
           const void* w, const void* bias, const float* residual, DataType y_type, void* y);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fw::cuda

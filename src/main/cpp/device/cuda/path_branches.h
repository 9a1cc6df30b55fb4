#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "device/cuda/cuda_device.h"
#include "device/cuda/staging.h"
#include "device/executor.h"

namespace fw::cuda {

/**
 * Where alignment paths are found. A path takes one multiprocessor for some hundred dependent steps, so those of
 * several windows go side by side, each on a stream and memory of its own that branches off the lane's stream; in a
 * captured graph they become branches.
 */
class PathBranches {
 public:
  /** Takes the memory of n branches: 11 MB each. */
  PathBranches(const CudaDevice& device, int32_t n);

  /** Finds a path behind all that is in the stream so far; first_frames: i32 [n_rows] on the device. */
  void find(cudaStream_t stream, const AlignmentPathArgs& args, int32_t* first_frames);
  /** Makes the stream wait for all paths. */
  void join(cudaStream_t stream);

 private:
  struct Branch {
    Stream stream{true};
    Event done;
    std::unique_ptr<Memory> cost;
    std::unique_ptr<Memory> steps;
    std::unique_ptr<Memory> scratch;
    bool used = false;
  };

  Event begun_;
  std::vector<std::unique_ptr<Branch>> branches_;
  size_t next_ = 0;
};

}  // namespace fw::cuda

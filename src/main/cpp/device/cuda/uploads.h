#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "device/cuda/staging.h"
#include "device/device.h"

namespace fw::cuda {

/**
 * The way of a lane's sound to its GPU: some places, each with pinned memory on the host and memory on the device,
 * which are used in turn, and a copy stream, so that the sound of the next windows travels while others are computed.
 * Used by the lane's thread.
 */
class Uploads {
 public:
  /** overlap: on a stream of its own; else in the order of the stream that computes. */
  Uploads(const Device& device, int32_t n_places, int64_t n_samples, bool overlap);

  /** Copies samples to the next place; the work that `stream` is given from now on finds them there. */
  const float* begin(std::span<const float> samples, cudaStream_t stream);
  /** The work that reads the samples of the last begin has been given to `stream`. */
  void end(cudaStream_t stream);

 private:
  struct Place {
    PinnedMemory host;
    std::unique_ptr<Memory> device;
    /** The samples have left the host's memory, and have been read on the device. */
    Event arrived;
    Event used;
  };

  std::vector<std::unique_ptr<Place>> places_;
  std::unique_ptr<Stream> stream_;
  size_t next_ = 0;
};

}  // namespace fw::cuda

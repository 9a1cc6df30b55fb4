#include "device/cuda/uploads.h"

#include <cstring>

namespace fw::cuda {

Uploads::Uploads(const Device& device, int32_t n_places, int64_t n_samples, bool overlap)
    : stream_(overlap ? std::make_unique<Stream>(false) : nullptr) {
  const size_t bytes = static_cast<size_t>(n_samples) * sizeof(float);
  for (int32_t i = 0; i < n_places; ++i) {
    places_.push_back(std::make_unique<Place>(PinnedMemory(bytes), device.allocate(bytes), Event(), Event()));
  }
}

const float* Uploads::begin(std::span<const float> samples, cudaStream_t stream) {
  Place& place = *places_[next_];
  const cudaStream_t copy = stream_ ? static_cast<cudaStream_t>(*stream_) : stream;
  place.arrived.wait();
  std::memcpy(place.host.data(), samples.data(), samples.size_bytes());
  place.used.block(copy);
  if (!samples.empty()) {
    check(cudaMemcpyAsync(place.device->data(), place.host.data(), samples.size_bytes(), cudaMemcpyHostToDevice, copy),
          "cudaMemcpyAsync");
  }
  place.arrived.record(copy);
  place.arrived.block(stream);
  return static_cast<const float*>(place.device->data());
}

void Uploads::end(cudaStream_t stream) {
  places_[next_]->used.record(stream);
  next_ = (next_ + 1) % places_.size();
}

}  // namespace fw::cuda

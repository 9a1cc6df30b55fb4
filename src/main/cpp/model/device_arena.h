#pragma once

#include <memory>
#include <vector>

#include "device/device.h"
#include "device/tensor.h"

namespace fw {

/** Lays tensors out in one piece of a device's memory: add them all, then allocate. */
class DeviceArena {
 public:
  /** tensor gets its sizes now, and its address in allocate; it must stay where it is until then. */
  void add(Tensor& tensor, int64_t rows, int64_t cols, DataType type = DataType::f32) {
    tensor = {nullptr, type, rows, cols};
    offsets_.push_back({&tensor, bytes_});
    const size_t n = static_cast<size_t>(rows * cols) * size_of(type);
    bytes_ += (n + kAlignment - 1) / kAlignment * kAlignment;
  }

  std::unique_ptr<Memory> allocate(const Device& device) {
    std::unique_ptr<Memory> memory = device.allocate(bytes_);
    for (const Place& place : offsets_) {
      place.tensor->data = static_cast<char*>(memory->data()) + place.offset;
    }
    return memory;
  }

 private:
  static constexpr size_t kAlignment = 256;

  struct Place {
    Tensor* tensor;
    size_t offset;
  };

  std::vector<Place> offsets_;
  size_t bytes_ = 0;
};

}  // namespace fw

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "device/device.h"

namespace fw {

/** Frees what allocate_aligned gave. */
struct AlignedFree {
  /** Of what was mapped by itself; 0 where the heap has it. */
  size_t mapped_bytes = 0;

  void operator()(void* p) const;
};
template <typename T>
using AlignedArray = std::unique_ptr<T[], AlignedFree>;

/**
 * Zeroed bytes, aligned to 64. Many of them come from the system, which zeroes a page when it is first used: what a
 * lane holds for windows and beams that never come costs nothing. Throws FW_STATUS_OUT_OF_MEMORY with the size.
 */
AlignedArray<std::byte> allocate_aligned(size_t bytes);

/** Bytes in whole lines of the cache: what lies behind them is aligned as they are. */
constexpr int64_t in_whole_lines(int64_t bytes) { return (bytes + 63) / 64 * 64; }

template <typename T>
AlignedArray<T> make_aligned(size_t n) {
  AlignedArray<std::byte> bytes = allocate_aligned(n * sizeof(T));
  return AlignedArray<T>(reinterpret_cast<T*>(bytes.release()), bytes.get_deleter());
}

/**
 * Memory that grows and never shrinks, for the scratch of one thread. What it holds when it is taken is anything;
 * FASTWHISPER_SPOIL_SCRATCH makes it no number.
 */
class Scratch {
 public:
  template <typename T>
  T* take(size_t n) {
    if (n * sizeof(T) > bytes_) {
      memory_.reset();
      memory_ = allocate_aligned(n * sizeof(T));
      bytes_ = n * sizeof(T);
    }
#ifdef FASTWHISPER_SPOIL_SCRATCH
    std::memset(memory_.get(), 0xff, n * sizeof(T));
#endif
    return reinterpret_cast<T*>(memory_.get());
  }

 private:
  AlignedArray<std::byte> memory_;
  size_t bytes_ = 0;
};

/** What all paths of the processor share: its memory is the host's. */
class CpuDevice : public Device {
 public:
  std::unique_ptr<Memory> allocate(size_t bytes) const override;
  void upload(void* to, const void* from, size_t bytes) const override;
  void download(void* to, const void* from, size_t bytes) const override;
};

}  // namespace fw

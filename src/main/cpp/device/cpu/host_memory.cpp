#include "device/cpu/host_memory.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "base/error.h"

namespace fw {
namespace {

constexpr size_t kAlignment = 64;
/** Pages that spare the processor looking up an address for every 4 KiB that it streams through. */
constexpr size_t kHugePage = 2 << 20;

class HostMemory final : public Memory {
 public:
  explicit HostMemory(size_t bytes) : owner_(static_cast<std::byte*>(allocate_aligned(bytes))) {
    data_ = owner_.get();
    bytes_ = bytes;
  }

 private:
  AlignedArray<std::byte> owner_;
};

}  // namespace

void AlignedFree::operator()(void* p) const { std::free(p); }

void* allocate_aligned(size_t bytes) {
  const size_t alignment = bytes >= 2 * kHugePage ? kHugePage : kAlignment;
  const size_t rounded = bytes > SIZE_MAX - alignment ? 0 : (bytes / alignment + 1) * alignment;
  void* p = rounded == 0 ? nullptr : std::aligned_alloc(alignment, rounded);
  if (p == nullptr) {
    throw Error(FW_STATUS_OUT_OF_MEMORY, "no memory for " + std::to_string(bytes) + " bytes on the CPU");
  }
  if (alignment == kHugePage) {
    madvise(p, rounded, MADV_HUGEPAGE);  // a wish: where it is not granted, pages are small
  }
  std::memset(p, 0, (bytes / kAlignment + 1) * kAlignment);
  return p;
}

std::unique_ptr<Memory> CpuDevice::allocate(size_t bytes) const { return std::make_unique<HostMemory>(bytes); }

void CpuDevice::upload(void* to, const void* from, size_t bytes) const {
  if (bytes != 0) {
    std::memcpy(to, from, bytes);
  }
}

void CpuDevice::download(void* to, const void* from, size_t bytes) const {
  if (bytes != 0) {
    std::memcpy(to, from, bytes);
  }
}

}  // namespace fw

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
#ifdef __SANITIZE_ADDRESS__
constexpr bool kMap = false;  // it watches the ends of what is on the heap alone
#else
constexpr bool kMap = true;
#endif

class HostMemory final : public Memory {
 public:
  explicit HostMemory(size_t bytes) : owner_(allocate_aligned(bytes)) {
    data_ = owner_.get();
    bytes_ = bytes;
  }

 private:
  AlignedArray<std::byte> owner_;
};

[[noreturn]] void no_memory(size_t bytes) {
  throw Error(FW_STATUS_OUT_OF_MEMORY, "no memory for " + std::to_string(bytes) + " bytes on the CPU");
}

size_t rounded_up(size_t bytes, size_t unit) {
  if (bytes > SIZE_MAX - unit) {
    no_memory(bytes);
  }
  return (bytes / unit + 1) * unit;
}

/** Pages of zeros, none of them there before it is touched. */
AlignedArray<std::byte> map_huge_pages(size_t bytes) {
  const size_t rounded = rounded_up(bytes, kHugePage);
  // One page more: the part before the first huge page and the part behind the last one are given back.
  const size_t whole = rounded_up(rounded, kHugePage);
  void* mapped = mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) {
    no_memory(bytes);
  }
  auto* begin = static_cast<std::byte*>(mapped);
  const size_t before = (kHugePage - reinterpret_cast<uintptr_t>(begin) % kHugePage) % kHugePage;
  if (before != 0) {
    munmap(begin, before);
  }
  munmap(begin + before + rounded, whole - before - rounded);
  madvise(begin + before, rounded, MADV_HUGEPAGE);  // a wish: where it is not granted, pages are small
  return AlignedArray<std::byte>(begin + before, AlignedFree{rounded});
}

}  // namespace

void AlignedFree::operator()(void* p) const {
  if (mapped_bytes != 0) {
    munmap(p, mapped_bytes);
  } else {
    std::free(p);
  }
}

AlignedArray<std::byte> allocate_aligned(size_t bytes) {
  if (kMap && bytes >= 2 * kHugePage) {
    return map_huge_pages(bytes);
  }
  const size_t rounded = rounded_up(bytes, kAlignment);
  void* p = std::aligned_alloc(kAlignment, rounded);
  if (p == nullptr) {
    no_memory(bytes);
  }
  std::memset(p, 0, rounded);
  return AlignedArray<std::byte>(static_cast<std::byte*>(p));
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

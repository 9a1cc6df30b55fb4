// Memory of the host, and what it costs before it is used.
#include "device/cpu/host_memory.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/error.h"

namespace fw {
namespace {

TEST(HostMemory, OfAnySizeIsAlignedAndZeroToItsEnd) {
  for (size_t bytes : {size_t{0}, size_t{1}, size_t{64}, size_t{1000}, size_t{4} << 20, (size_t{5} << 20) + 77}) {
    AlignedArray<std::byte> memory = allocate_aligned(bytes);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(memory.get()) % 64, 0u) << bytes;
    EXPECT_TRUE(std::all_of(memory.get(), memory.get() + bytes, [](std::byte b) { return b == std::byte{0}; }))
        << bytes;
    std::fill_n(memory.get(), bytes, std::byte{0xff});
    AlignedArray<std::byte> moved = std::move(memory);
    EXPECT_TRUE(bytes == 0 || moved[bytes - 1] == std::byte{0xff});
  }
}

// Under AddressSanitizer all of it is on the heap.
#ifndef __SANITIZE_ADDRESS__
/** Of the whole pages in a range, how many are in memory. */
int64_t resident_pages(const std::byte* begin, size_t bytes) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const uintptr_t first = (reinterpret_cast<uintptr_t>(begin) + page - 1) / page * page;
  const uintptr_t last = (reinterpret_cast<uintptr_t>(begin) + bytes) / page * page;
  std::vector<unsigned char> resident((last - first) / page);
  EXPECT_EQ(mincore(reinterpret_cast<void*>(first), last - first, resident.data()), 0);
  return std::count_if(resident.begin(), resident.end(), [](unsigned char flags) { return (flags & 1) != 0; });
}

TEST(HostMemory, ThatIsLargeTakesNoPagesBeforeItIsUsed) {
  constexpr size_t kBytes = 64 << 20;
  AlignedArray<float> memory = make_aligned<float>(kBytes / sizeof(float));
  const auto* bytes = reinterpret_cast<const std::byte*>(memory.get());
  EXPECT_EQ(resident_pages(bytes, kBytes), 0);
  memory[0] = 1;
  const int64_t used = resident_pages(bytes, kBytes);
  EXPECT_GT(used, 0);
  EXPECT_LE(used, static_cast<int64_t>((2 << 20) / sysconf(_SC_PAGESIZE))) << "one huge page";
}
#endif

TEST(HostMemory, ThatNobodyHasIsRefusedWithItsSize) {
  for (size_t bytes : {SIZE_MAX, SIZE_MAX - 60}) {
    try {
      allocate_aligned(bytes);
      FAIL() << bytes;
    } catch (const Error& e) {
      EXPECT_EQ(e.status(), FW_STATUS_OUT_OF_MEMORY);
      EXPECT_NE(std::string(e.what()).find(std::to_string(bytes)), std::string::npos) << e.what();
    }
  }
}

}  // namespace
}  // namespace fw

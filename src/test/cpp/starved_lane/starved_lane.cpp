#include "starved_lane/starved_lane.h"

#include <pthread.h>

#include <cstdlib>
#include <new>
#include <string_view>

std::atomic<int> fastwhisper_starve_a_lane;

namespace {

thread_local bool starved = false;

bool is_lane() {
  char name[16];
  return pthread_getname_np(pthread_self(), name, sizeof name) == 0 && std::string_view(name) == "fw-lane";
}

void* allocate(std::size_t bytes) {
  if (!starved && fastwhisper_starve_a_lane.load() > 0 && is_lane()) starved = --fastwhisper_starve_a_lane == 0;
  return starved ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
}

}  // namespace

// What arrays and aligned types use ends here too, or has a pair of its own. The form that does not throw is replaced
// as well: that of a sanitizer has no pair in the delete below.
void* operator new(std::size_t bytes) {
  void* const memory = allocate(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return allocate(bytes); }

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

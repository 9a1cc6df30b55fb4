#pragma once

#include <sys/types.h>

#include <cstddef>

namespace fw {

/** The argument that makes this program a memory holder's other process, and the exit code of that. */
inline constexpr const char* hold_memory_argument = "--hold-gpu-memory";
int hold_memory(size_t bytes_left);

/** Another process that takes GPU 0's memory, all but some, and holds it as long as this object lives. */
class MemoryHolder {
 public:
  /** Returns when the memory is taken, or the other process has failed. */
  explicit MemoryHolder(size_t bytes_left);
  ~MemoryHolder();
  MemoryHolder(const MemoryHolder&) = delete;
  MemoryHolder& operator=(const MemoryHolder&) = delete;

  bool holds() const { return holds_; }

 private:
  pid_t process_ = -1;
  /** Its standard input: it ends when this is closed, also by our own end. */
  int input_ = -1;
  bool holds_ = false;
};

}  // namespace fw

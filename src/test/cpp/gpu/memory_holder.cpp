#include "gpu/memory_holder.h"

#include <cuda_runtime.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

extern char** environ;

namespace fw {
namespace {

constexpr size_t largest_piece = size_t{1} << 30;
constexpr size_t smallest_piece = size_t{2} << 20;
constexpr char held = 'h';

}  // namespace

int hold_memory(size_t bytes_left) {
  if (cudaSetDevice(0) != cudaSuccess) return 1;
  for (size_t piece = largest_piece; piece >= smallest_piece;) {
    size_t free = 0, all = 0;
    void* memory = nullptr;
    if (cudaMemGetInfo(&free, &all) != cudaSuccess) return 1;
    // What is left may lie in pieces that are smaller.
    if (free < bytes_left + piece || cudaMalloc(&memory, piece) != cudaSuccess) piece /= 2;
  }
  std::putchar(held);
  std::fflush(stdout);
  for (char ignored; read(STDIN_FILENO, &ignored, 1) > 0;) {
  }
  return 0;
}

MemoryHolder::MemoryHolder(size_t bytes_left) {
  std::array<int, 2> to{}, from{};
  if (pipe2(to.data(), O_CLOEXEC) != 0) return;
  if (pipe2(from.data(), O_CLOEXEC) != 0) {
    close(to[0]);
    close(to[1]);
    return;
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
  std::string name = "gpu_test", mode = hold_memory_argument, left = std::to_string(bytes_left);
  char* const arguments[] = {name.data(), mode.data(), left.data(), nullptr};
  if (posix_spawn(&process_, "/proc/self/exe", &actions, nullptr, arguments, environ) != 0) process_ = -1;
  posix_spawn_file_actions_destroy(&actions);
  close(to[0]);
  close(from[1]);
  input_ = to[1];
  char answer = 0;
  holds_ = process_ > 0 && read(from[0], &answer, 1) == 1 && answer == held;
  close(from[0]);
}

MemoryHolder::~MemoryHolder() {
  if (input_ >= 0) close(input_);
  if (process_ > 0) waitpid(process_, nullptr, 0);
}

}  // namespace fw

#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace fw {

/**
 * Threads that share the tasks of one lane's ops with the thread that calls. They spin for a moment after each call,
 * because a decoder's step is dozens of short ones, and then sleep.
 *
 * The caller takes tasks like everybody else and waits only for tasks that have begun: a thread that the system does
 * not let run holds nobody up. Used by one thread at a time; several pools know nothing of each other.
 */
class ThreadPool {
 public:
  /**
   * n_threads, 1 or more, counts the caller; each of the others first runs on_start, which must not throw. Throws
   * FW_STATUS_OUT_OF_MEMORY where the system gives no thread.
   */
  explicit ThreadPool(int32_t n_threads, const std::function<void()>& on_start = {});
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int32_t n_threads() const { return n_threads_; }

  /**
   * Calls body(task, thread) once for each task in [0, n_tasks) and returns when all are done; thread, in
   * [0, n_threads), is nobody else's meanwhile. Tasks begin in rising order. What they wrote is then the caller's to
   * read.
   *
   * An exception of a task is thrown here, the first where there are several; tasks that had not begun are left out.
   * Called from a task of the same pool, all is done by that task's thread.
   */
  template <typename Body>
  void run(int64_t n_tasks, const Body& body) {
    run_region({[](const void* b, int64_t task, int32_t thread) { (*static_cast<const Body*>(b))(task, thread); },
                &body, n_tasks});
  }

  /** The same; by the caller alone where the work is not worth waking a thread. */
  template <typename Body>
  void run_if(bool worth_waking, int64_t n_tasks, const Body& body) {
    if (worth_waking) {
      run(n_tasks, body);
      return;
    }
    const int32_t thread = thread_of_caller();
    for (int64_t task = 0; task < n_tasks; ++task) {
      body(task, thread);
    }
  }

 private:
  struct Region {
    void (*call)(const void* body, int64_t task, int32_t thread) = nullptr;
    const void* body = nullptr;
    int64_t n_tasks = 0;
  };

  void run_region(const Region& region);
  /** The place of the calling thread where it runs a task of this pool, else the caller's: 0. */
  int32_t thread_of_caller() const;
  void work(int32_t thread);
  /** Takes tasks and runs them until none is left to begin. */
  void take_tasks(int32_t thread);
  void run_task(int64_t task, int32_t thread);
  bool has_tasks() const;
  void wake(int64_t n_wanted);
  /** Returns when there may be tasks, or the pool ends. */
  void sleep();
  void wait_for_begun();
  void stop();

  const int32_t n_threads_;
  const bool may_spin_;

  /**
   * Tasks not yet begun in the lower half; the number of the region in the upper, so that a thread that comes late
   * cannot take a task of a region that it has not seen.
   */
  alignas(64) std::atomic<uint64_t> to_begin_ = 0;
  /** Of the region that runs. Written by the caller before it publishes to_begin_, read by who has taken a task. */
  Region region_;

  /** Tasks not yet done. */
  alignas(64) std::atomic<int64_t> to_finish_ = 0;
  std::atomic<bool> failed_ = false;

  alignas(64) std::atomic<int32_t> n_asleep_ = 0;
  std::atomic<bool> caller_asleep_ = false;
  std::atomic<bool> stopping_ = false;

  std::mutex mutex_;
  std::condition_variable tasks_or_end_;
  std::condition_variable all_done_;
  /** Threads that have been woken and have not noticed yet. */
  int32_t n_woken_ = 0;
  std::exception_ptr failure_;

  std::vector<std::thread> threads_;
};

}  // namespace fw

#include "device/cpu/thread_pool.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <system_error>
#include <utility>

#include "base/error.h"

namespace fw {
namespace {

/** How long a thread looks for tasks before it sleeps: longer than what lies between two regions of a decoder's step.
 */
constexpr std::chrono::microseconds kSpin(50);

constexpr uint64_t kTasks = 0xffffffff;

/** Whose task the thread runs, and its place there. */
thread_local const void* own_pool = nullptr;
thread_local int32_t own_place = 0;

/** Says for as long as it lives whose task the thread runs. */
class Place {
 public:
  Place(const void* pool, int32_t place) : pool_before_(own_pool), place_before_(own_place) {
    own_pool = pool;
    own_place = place;
  }
  ~Place() {
    own_pool = pool_before_;
    own_place = place_before_;
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  const void* pool_before_;
  int32_t place_before_;
};

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/** Looks for `there` for kSpin; whether it came. */
template <typename Condition>
bool spin_for(const Condition& there) {
  const auto end = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < 16; ++i) {
      if (there()) {
        return true;
      }
      pause();
    }
  } while (std::chrono::steady_clock::now() < end);
  return there();
}

}  // namespace

ThreadPool::ThreadPool(int32_t n_threads, const std::function<void()>& on_start)
    : n_threads_(std::max(n_threads, 1)),
      // Where threads share a processor, one that spins keeps the others from their tasks.
      may_spin_(static_cast<uint32_t>(n_threads_) <= std::thread::hardware_concurrency()) {
  try {
    for (int32_t thread = 1; thread < n_threads_; ++thread) {
      threads_.emplace_back([this, thread, on_start] {
        if (on_start) {
          on_start();
        }
        work(thread);
      });
    }
  } catch (const std::system_error& error) {
    stop();
    throw Error(FW_STATUS_OUT_OF_MEMORY, "thread " + std::to_string(threads_.size() + 2) + " of " +
                                             std::to_string(n_threads_) + " could not be started: " + error.what());
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  tasks_or_end_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

int32_t ThreadPool::thread_of_caller() const { return own_pool == this ? own_place : 0; }

void ThreadPool::run_region(const Region& region) {
  const bool nested = own_pool == this;
  if (nested || n_threads_ == 1 || region.n_tasks <= 1 || region.n_tasks > static_cast<int64_t>(kTasks)) {
    const int32_t thread = thread_of_caller();
    const Place place(this, thread);
    for (int64_t task = 0; task < region.n_tasks; ++task) {
      region.call(region.body, task, thread);
    }
    return;
  }
  region_ = region;
  to_finish_.store(region.n_tasks, std::memory_order_relaxed);
  const uint64_t number = (to_begin_.load(std::memory_order_relaxed) >> 32) + 1;
  // Together with sleep(): either this sees the sleeper, or the sleeper sees the tasks.
  to_begin_.store(number << 32 | static_cast<uint64_t>(region.n_tasks));
  if (n_asleep_.load() > 0) {
    wake(region.n_tasks - 1);
  }
  take_tasks(0);
  wait_for_begun();
  if (failed_.load(std::memory_order_relaxed)) {
    failed_.store(false, std::memory_order_relaxed);
    std::exception_ptr failure;
    {
      const std::lock_guard lock(mutex_);
      failure = std::exchange(failure_, nullptr);
    }
    std::rethrow_exception(failure);
  }
}

void ThreadPool::work(int32_t thread) {
  while (!stopping_) {
    take_tasks(thread);
    if (!may_spin_ || !spin_for([this] { return has_tasks() || stopping_.load(std::memory_order_relaxed); })) {
      sleep();
    }
  }
}

bool ThreadPool::has_tasks() const { return (to_begin_.load() & kTasks) != 0; }

void ThreadPool::take_tasks(int32_t thread) {
  const Place place(this, thread);
  uint64_t seen = to_begin_.load(std::memory_order_acquire);
  while ((seen & kTasks) != 0) {
    if (to_begin_.compare_exchange_weak(seen, seen - 1, std::memory_order_acq_rel, std::memory_order_acquire)) {
      // From here on the region cannot end before this task has.
      run_task(region_.n_tasks - static_cast<int64_t>(seen & kTasks), thread);
      seen = to_begin_.load(std::memory_order_acquire);
    }
  }
}

void ThreadPool::run_task(int64_t task, int32_t thread) {
  if (!failed_.load(std::memory_order_relaxed)) {
    try {
      region_.call(region_.body, task, thread);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) {
        failure_ = std::current_exception();
      }
      failed_.store(true, std::memory_order_relaxed);
    }
  }
  // Together with wait_for_begun(): either the last one sees the caller asleep, or the caller sees that all is done.
  if (to_finish_.fetch_sub(1) == 1 && thread != 0 && caller_asleep_.load()) {
    const std::lock_guard lock(mutex_);
    all_done_.notify_one();
  }
}

void ThreadPool::wait_for_begun() {
  const auto done = [this] { return to_finish_.load() == 0; };
  if (done() || (may_spin_ && spin_for(done))) {
    return;
  }
  std::unique_lock lock(mutex_);
  caller_asleep_ = true;
  all_done_.wait(lock, done);
  caller_asleep_ = false;
}

void ThreadPool::wake(int64_t n_wanted) {
  int32_t n = 0;
  {
    const std::lock_guard lock(mutex_);
    n = static_cast<int32_t>(std::min<int64_t>(n_wanted, n_asleep_.load()));
    n_asleep_ -= n;
    n_woken_ += n;
  }
  for (int32_t i = 0; i < n; ++i) {
    tasks_or_end_.notify_one();
  }
}

void ThreadPool::sleep() {
  std::unique_lock lock(mutex_);
  ++n_asleep_;
  if (has_tasks() || stopping_) {
    --n_asleep_;
    return;
  }
  tasks_or_end_.wait(lock, [this] { return n_woken_ > 0 || stopping_; });
  if (n_woken_ > 0) {
    --n_woken_;
  }
}

}  // namespace fw

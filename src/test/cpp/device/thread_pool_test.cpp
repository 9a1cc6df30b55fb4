#include "device/cpu/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace fw {
namespace {

class PoolOf : public testing::TestWithParam<int32_t> {};
INSTANTIATE_TEST_SUITE_P(Threads, PoolOf, testing::Values(1, 2, 3, 8),
                         [](const auto& of) { return std::to_string(of.param); });

TEST_P(PoolOf, RunsEachTaskOnceInEveryRegion) {
  ThreadPool pool(GetParam());
  for (int region = 0; region < 2000; ++region) {
    const int64_t n_tasks = region % 37;
    std::vector<std::atomic<int32_t>> runs(static_cast<size_t>(n_tasks));
    pool.run(n_tasks, [&](int64_t task, int32_t) { ++runs[static_cast<size_t>(task)]; });
    for (const auto& n : runs) ASSERT_EQ(n, 1) << "region " << region;
  }
}

TEST_P(PoolOf, GivesWhatTasksWroteToTheCaller) {
  ThreadPool pool(GetParam());
  std::vector<int64_t> squares(1000);
  pool.run(1000, [&](int64_t task, int32_t) { squares[static_cast<size_t>(task)] = task * task; });
  for (int64_t i = 0; i < 1000; ++i) ASSERT_EQ(squares[static_cast<size_t>(i)], i * i);
}

TEST_P(PoolOf, GivesEachThreadAPlaceOfItsOwn) {
  ThreadPool pool(GetParam());
  // Not atomic: two threads in one place would be seen by ThreadSanitizer, and in the sum.
  std::vector<int64_t> tasks_of(static_cast<size_t>(pool.n_threads()));
  for (int region = 0; region < 200; ++region) {
    pool.run(50, [&](int64_t, int32_t thread) { ++tasks_of.at(static_cast<size_t>(thread)); });
  }
  int64_t sum = 0;
  for (const int64_t n : tasks_of) sum += n;
  EXPECT_EQ(sum, 200 * 50);
}

TEST_P(PoolOf, ThrowsWhatATaskThrewAndGoesOn) {
  ThreadPool pool(GetParam());
  for (int region = 0; region < 200; ++region) {
    try {
      pool.run(20, [&](int64_t task, int32_t) {
        if (task == region % 20) throw std::runtime_error(std::to_string(task));
      });
      FAIL() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
      ASSERT_EQ(error.what(), std::to_string(region % 20));
    }
    std::atomic<int32_t> runs = 0;
    pool.run(20, [&](int64_t, int32_t) { ++runs; });
    ASSERT_EQ(runs, 20);
  }
}

TEST_P(PoolOf, ThrowsOnceWhereEveryTaskThrows) {
  ThreadPool pool(GetParam());
  EXPECT_THROW(pool.run(100, [](int64_t, int32_t) { throw std::logic_error("all"); }), std::logic_error);
  EXPECT_NO_THROW(pool.run(100, [](int64_t, int32_t) {}));
}

TEST_P(PoolOf, RunsARegionInsideATaskOnThatTasksThread) {
  ThreadPool pool(GetParam());
  std::atomic<int32_t> inner_runs = 0;
  pool.run(20, [&](int64_t, int32_t thread) {
    const auto here = std::this_thread::get_id();
    pool.run(5, [&](int64_t, int32_t inner_thread) {
      EXPECT_EQ(std::this_thread::get_id(), here);
      EXPECT_EQ(inner_thread, thread);
      ++inner_runs;
    });
  });
  EXPECT_EQ(inner_runs, 100);
}

TEST_P(PoolOf, EndsWithAndWithoutHavingWorked) {
  for (int i = 0; i < 50; ++i) {
    ThreadPool idle(GetParam());
    ThreadPool used(GetParam());
    used.run(i % 4, [](int64_t, int32_t) {});
  }
}

TEST_P(PoolOf, StartsOnEachThreadButTheCallers) {
  std::mutex mutex;
  std::set<std::thread::id> started;
  {
    ThreadPool pool(GetParam(), [&] {
      const std::lock_guard lock(mutex);
      started.insert(std::this_thread::get_id());
    });
  }
  EXPECT_EQ(started.size(), static_cast<size_t>(GetParam() - 1));
  EXPECT_FALSE(started.contains(std::this_thread::get_id()));
}

TEST(ThreadPool, RunsTasksAtTheSameTime) {
  ThreadPool pool(3);
  std::latch all_three(3);
  // Ends only where three threads are in a task together.
  pool.run(3, [&](int64_t, int32_t) { all_three.arrive_and_wait(); });
}

TEST(ThreadPool, WakesThreadsThatSleep) {
  // More threads than processors sleep as soon as there is nothing to do.
  const auto n = static_cast<int32_t>(std::thread::hardware_concurrency()) + 1;
  ThreadPool pool(n);
  for (int region = 0; region < 200; ++region) {
    std::latch all(n);
    pool.run(n, [&](int64_t, int32_t) { all.arrive_and_wait(); });
  }
}

TEST(ThreadPool, DoesNotWaitForThreadsThatHaveNotBegun) {
  std::latch may_start(1);
  ThreadPool pool(2, [&] { may_start.wait(); });
  int32_t runs = 0;
  pool.run(100, [&](int64_t, int32_t thread) {
    EXPECT_EQ(thread, 0);
    ++runs;
  });
  EXPECT_EQ(runs, 100);
  may_start.count_down();
}

TEST(ThreadPool, DoesAloneWhatIsNotWorthWaking) {
  ThreadPool pool(4);
  int32_t runs = 0;
  const auto caller = std::this_thread::get_id();
  pool.run_if(false, 50, [&](int64_t, int32_t thread) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    EXPECT_EQ(thread, 0);
    ++runs;
  });
  EXPECT_EQ(runs, 50);
}

TEST(ThreadPool, WorksBesideOthers) {
  constexpr int kPools = 6;
  std::vector<std::thread> callers;
  std::atomic<int64_t> runs = 0;
  for (int i = 0; i < kPools; ++i) {
    callers.emplace_back([&] {
      ThreadPool pool(3);
      for (int region = 0; region < 300; ++region) {
        pool.run(region % 9, [&](int64_t, int32_t) { ++runs; });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  int64_t expected = 0;
  for (int region = 0; region < 300; ++region) expected += region % 9;
  EXPECT_EQ(runs, kPools * expected);
}

TEST(ThreadPool, RunsAnotherPoolsRegionInsideATask) {
  ThreadPool outer(3);
  std::vector<std::unique_ptr<ThreadPool>> inner;
  for (int32_t i = 0; i < outer.n_threads(); ++i) inner.push_back(std::make_unique<ThreadPool>(2));
  std::atomic<int32_t> runs = 0;
  outer.run(30, [&](int64_t, int32_t thread) {
    inner[static_cast<size_t>(thread)]->run(4, [&](int64_t, int32_t) { ++runs; });
  });
  EXPECT_EQ(runs, 120);
}

}  // namespace
}  // namespace fw

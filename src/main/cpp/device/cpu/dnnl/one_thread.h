#pragma once

#include <omp.h>

namespace fw {

/**
 * Keeps what oneDNN does for the calling thread on that thread, as long as this object lives: work is cut up around
 * oneDNN, not in it. Its OpenMP runtime, which nothing else here uses, so never starts a thread.
 */
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) { for_good(); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

  /** For all that the calling thread ever does: the threads of a pool. */
  static void for_good() { omp_set_num_threads(1); }

 private:
  int before_;
};

}  // namespace fw

#pragma once

#include <functional>
#include <vector>

#include "device/cpu/portable/portable_device.h"
#include "device/cpu/thread_pool.h"
#include "device/executor.h"

namespace fw {

/**
 * One lane's ops on the portable kernels: loops and threads here, inner loops in Kernels. How an op is cut into tasks
 * follows from its sizes, never from the number of threads.
 */
class PortableExecutor : public Executor {
 public:
  /** on_start: what each thread but the caller's does first. */
  PortableExecutor(const Kernels& set, int32_t n_threads, const std::function<void()>& on_start = {});

  void linear(const LinearArgs& args) override;
  void layer_norm(const LayerNormArgs& args) override;
  void log_mel(const LogMelArgs& args) override;
  void attention(const AttentionArgs& args) override;
  void store(const StoreArgs& args) override;
  void copy_slot(KeyValueCache& cache, int32_t from, int32_t to, int32_t n_places) override;
  void cached_attention(const CachedAttentionArgs& args) override;
  void attention_weights(const AttentionWeightsArgs& args) override;
  void alignment_path(const AlignmentPathArgs& args) override;
  void embed(const EmbedArgs& args) override;
  void pick(const PickArgs& args) override;
  void token_probability(const TokenProbabilityArgs& args) override;

 protected:
  const Kernels& kernel_set() const { return kernels_; }
  ThreadPool& pool() { return pool_; }
  /** Scratch of a thread of the pool. */
  Scratch& thread_scratch(int32_t thread) { return scratch_[static_cast<size_t>(thread)]; }
  /** Scratch that all threads of an op share, taken before they start. */
  Scratch& shared_scratch() { return shared_; }

 private:
  template <typename T>
  void attend(const CachedAttentionArgs& args);

  const Kernels& kernels_;
  std::vector<Scratch> scratch_;
  Scratch shared_;
  ThreadPool pool_;
};

}  // namespace fw

#pragma once

#include <vector>

#include "device/cpu/portable/portable_device.h"
#include "device/executor.h"

namespace fw {

/** One lane's ops on the portable kernels: loops and threads here, inner loops in Kernels. */
class PortableExecutor : public Executor {
 public:
  PortableExecutor(const Kernels& set, int32_t n_threads);

  void linear(const LinearArgs& args) override;
  void layer_norm(const LayerNormArgs& args) override;
  void log_mel(const LogMelArgs& args) override;
  void attention(const AttentionArgs& args) override;
  void store(const StoreArgs& args) override;
  void copy_slot(KeyValueCache& cache, int32_t from, int32_t to, int32_t n_places) override;
  void cached_attention(const CachedAttentionArgs& args) override;
  void attention_weights(const AttentionWeightsArgs& args) override;
  void embed(const EmbedArgs& args) override;
  void pick(const PickArgs& args) override;
  void token_probability(const TokenProbabilityArgs& args) override;

 protected:
  const Kernels& kernel_set() const { return kernels_; }
  int32_t n_threads() const { return n_threads_; }
  /** Takes scratch for every thread, before a parallel region: an exception may not leave one. */
  void reserve_thread_scratch(size_t bytes);
  /** Scratch of the calling OpenMP thread, at most what was reserved. */
  Scratch& thread_scratch();
  /** Scratch that all threads of an op share; its size is taken before they start. */
  Scratch& shared_scratch() { return shared_; }

 private:
  template <typename T>
  void attend(const CachedAttentionArgs& args);

  const Kernels& kernels_;
  int32_t n_threads_;
  std::vector<Scratch> scratch_;
  Scratch shared_;
};

}  // namespace fw

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "device/cuda/cublas_products.h"
#include "device/cuda/cuda_device.h"
#include "device/cuda/kernels.h"
#include "device/cuda/path_branches.h"
#include "device/cuda/staging.h"
#include "device/cuda/uploads.h"
#include "device/executor.h"

namespace fw::cuda {

/**
 * The ops of one lane on a stream of its own. All memory is taken in the constructor.
 *
 * What an op gets from host memory (tokens, places, rules) goes through pinned memory. In a batch of ops that happens
 * once for all of them: the ops are gone through without a launch, which collects their arguments and says, by a hash
 * of all sizes and addresses, which CUDA graph this is; then one copy and one graph launch do the work. A shape that
 * comes for the first time is launched op by op, the second time it is captured.
 */
class CudaExecutor final : public Executor {
 public:
  CudaExecutor(const CudaDevice& device, const ExecutorOptions& options);
  ~CudaExecutor() override;

  void batch(const std::function<void()>& ops) override;
  void start(const std::function<void()>& ops) override;
  void finish() override;
  void wait() override { stream_.wait(); }
  void linear(const LinearArgs& args) override;
  void layer_norm(const LayerNormArgs& args) override;
  void normed_linear(const LayerNormArgs& norm, const LinearArgs& args) override;
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

 private:
  /** Rows of a convolution that are laid side by side: the second one of large-v3, 1,500 rows of 3 x 1,280. */
  static constexpr int64_t patch_elements = int64_t{1500} * 3 * 1280;

  enum class Mode : uint8_t {
    /** Each op is launched by itself. */
    alone,
    /** Arguments are collected, nothing is launched. */
    collect,
    /** Arguments are where collect put them; ops are launched, or captured. */
    launch
  };

  /** One host argument that the batch has staged: where, by what it is. */
  struct Staged {
    const void* host;
    size_t bytes;
    size_t offset;
    /** Of row groups. */
    int32_t most_rows = 0;
  };

  /** Device address of a host argument; in a batch the same list is staged once. */
  template <typename T>
  const T* stage(std::span<const T> values) {
    return static_cast<const T*>(stage_bytes(values.data(), values.size_bytes()));
  }
  const void* stage_bytes(const void* host, size_t bytes);
  RowGroups stage_groups(std::span<const CacheReach> reach);
  /** Where a result goes on the device until `deliver` brings it to host memory, at the end of a batch or at once. */
  void* result_place(size_t bytes);
  void deliver(const void* place, size_t bytes, std::function<void(const std::byte*)> take);

  /** The most rows that a product of this kind has in this lane. */
  int64_t most_rows_of(const LinearArgs& args) const;
  /** Whether a product of the tensor cores is one of few rows, by the weight and the lane, never by its own rows. */
  bool is_of_few_rows(const LinearArgs& args) const;
  /** A product of cuBLAS, and, of outputs that are no multiple of eight, the last few by the kernel for few rows. */
  void multiply_many(const LinearShape& shape, int64_t most_rows, const LinearArgs& args, const void* x,
                     const float* residual);

  /** Whether the op is to be launched now. All that shapes a launch goes into the batch's hash. */
  template <typename... Values>
  bool launches(const char* op, const Values&... values);
  void mix(uint64_t value);
  void mix(const Tensor& t);
  void mix(const CacheView& cache);

  void flush_copies();
  /** Launches ops by the graph of their shape, which is captured where they come for the second time. */
  void launch_batch(const std::function<void()>& ops);
  void forget_graphs();

  const CudaDevice& device_;
  ExecutorOptions options_;
  Stream stream_;
  CublasProducts products_;

  Mode mode_ = Mode::alone;
  /** Bytes of arguments and results staged in this batch; of ops alone, since the stream was waited for last. */
  size_t staged_ = 0;
  size_t staged_alone_ = 0;
  size_t resulting_ = 0;
  /** Two, so that a batch is put together while the arguments of the one before are still on their way. */
  PinnedMemory arguments_[2];
  Event sent_[2];
  int turn_ = 0;
  PinnedMemory arguments_alone_;
  /** Of batches, two of which can be on their way, and of ops alone. */
  PinnedMemory results_[2];
  PinnedMemory results_alone_;
  std::unique_ptr<Memory> device_arguments_;
  std::unique_ptr<Memory> device_arguments_alone_;
  std::unique_ptr<Memory> device_results_;
  Uploads uploads_;
  /** Rows of a convolution side by side. */
  std::unique_ptr<Memory> patches_;
  PathBranches paths_;
  std::unique_ptr<Memory> mel_scratch_;
  std::vector<Staged> known_;
  std::vector<RowGroup> groups_;
  struct Delivery {
    size_t offset;
    std::function<void(const std::byte*)> take;
  };
  std::vector<Delivery> deliveries_;
  /** A batch whose results are on their way to results_[turn]. */
  struct Started {
    int turn;
    std::vector<Delivery> deliveries;
  };
  std::deque<Started> started_;
  Event arrived_[2];

  struct PendingCopies {
    const CudaCache* cache = nullptr;
    std::vector<SlotCopy> copies;
  } pending_;

  uint64_t hash_ = 0;
  std::unordered_map<uint64_t, cudaGraphExec_t> graphs_;
  std::unordered_set<uint64_t> seen_;
};

template <typename... Values>
bool CudaExecutor::launches(const char* op, const Values&... values) {
  if (mode_ == Mode::alone) {
    enter(device_.index());
    flush_copies();
  }
  if (mode_ != Mode::collect) return true;
  mix(reinterpret_cast<uintptr_t>(op));
  const auto mix_one = [&](const auto& value) {
    using Value = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, Tensor> || std::is_same_v<Value, CacheView>) {
      mix(value);
    } else if constexpr (std::is_pointer_v<Value>) {
      mix(reinterpret_cast<uintptr_t>(value));
    } else {
      mix(static_cast<uint64_t>(value));
    }
  };
  (mix_one(values), ...);
  return false;
}

}  // namespace fw::cuda

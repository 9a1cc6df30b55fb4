#include "device/cuda/cuda_executor.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "fastwhisper.h"

namespace fw::cuda {
namespace {

/** Tokens, places and rules of 1,280 rows are 200 KB; a thousand picks 150 KB. */
constexpr size_t kArgumentBytes = size_t{4} << 20;
constexpr size_t kResultBytes = size_t{4} << 20;
constexpr size_t kAlignment = 64;
/** Rows whose attention does not fill a GPU with a block of four warps a head. */
constexpr int32_t kFewRows = 6;
/** Graphs that are kept; a graph of large-v3's step takes about a megabyte. */
constexpr size_t kGraphs = 64;
/** Shapes that are remembered to have come once. */
constexpr size_t kSeen = 4096;

size_t aligned(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

const CudaCache& cuda_cache(const KeyValueCache& cache) { return static_cast<const CudaCache&>(cache); }

/** Makes the GPU current before the members that need it are made. */
int32_t entered(const CudaDevice& device) {
  enter(device.index());
  return 1;
}

}  // namespace

CudaExecutor::CudaExecutor(const CudaDevice& device, const ExecutorOptions& options)
    : device_(device),
      options_((entered(device), options)),
      stream_(true),
      arguments_{PinnedMemory(kArgumentBytes), PinnedMemory(kArgumentBytes)},
      arguments_alone_(kArgumentBytes),
      results_{PinnedMemory(kResultBytes), PinnedMemory(kResultBytes)},
      results_alone_(kResultBytes),
      device_arguments_(device.allocate(kArgumentBytes)),
      device_arguments_alone_(device.allocate(kArgumentBytes)),
      device_results_(device.allocate(kResultBytes)),
      uploads_(device, 2 * options.n_windows, FW_WINDOW_MAX_SAMPLES, options.use_streams),
      patches_(device.allocate(static_cast<size_t>(patch_elements) * sizeof(uint16_t))),
      paths_(device, options.n_windows),
      mel_scratch_(device.allocate(static_cast<size_t>(log_mel_scratch(3000, 128)) * sizeof(float))) {}

CudaExecutor::~CudaExecutor() {
  cudaSetDevice(device_.index());
  cudaStreamSynchronize(stream_);
  forget_graphs();
}

void CudaExecutor::forget_graphs() {
  for (const auto& [hash, graph] : graphs_) cudaGraphExecDestroy(graph);
  graphs_.clear();
}

void CudaExecutor::mix(uint64_t value) {
  hash_ = (hash_ ^ value) * 0x9E3779B97F4A7C15u;
  hash_ ^= hash_ >> 29;
}

void CudaExecutor::mix(const Tensor& t) {
  mix(reinterpret_cast<uintptr_t>(t.data));
  mix(static_cast<uint64_t>(t.rows) << 32 ^ static_cast<uint64_t>(t.cols));
  mix(static_cast<uint64_t>(t.stride) << 8 ^ static_cast<uint64_t>(t.type));
}

void CudaExecutor::mix(const CacheView& cache) {
  const CacheShape& shape = cache.shape;
  mix(reinterpret_cast<uintptr_t>(cache.keys));
  mix(static_cast<uint64_t>(shape.n_slots) << 32 ^ static_cast<uint64_t>(shape.n_layers));
  mix(static_cast<uint64_t>(shape.n_places) << 32 ^ static_cast<uint64_t>(shape.n_heads));
  mix(static_cast<uint64_t>(shape.head_dim) << 1 ^ static_cast<uint64_t>(shape.eight_bit));
}

const void* CudaExecutor::stage_bytes(const void* host, size_t bytes) {
  if (bytes > kArgumentBytes) {
    throw Error(FW_STATUS_INTERNAL, "an op's arguments take " + std::to_string(bytes) + " bytes");
  }
  if (mode_ == Mode::alone) {
    enter(device_.index());
    if (staged_alone_ + bytes > kArgumentBytes) {
      stream_.wait();
      staged_alone_ = 0;
    }
    std::byte* const from = arguments_alone_.data() + staged_alone_;
    std::byte* const to = static_cast<std::byte*>(device_arguments_alone_->data()) + staged_alone_;
    staged_alone_ += aligned(bytes);
    if (bytes != 0) {
      std::memcpy(from, host, bytes);
      check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream_), "cudaMemcpyAsync");
    }
    return to;
  }
  for (const Staged& known : known_) {
    if (known.host == host && known.bytes == bytes) {
      return static_cast<std::byte*>(device_arguments_->data()) + known.offset;
    }
  }
  if (mode_ == Mode::launch || staged_ + bytes > kArgumentBytes) {
    throw Error(FW_STATUS_INTERNAL, "the arguments of a batch changed while it ran, or are more than its memory");
  }
  known_.push_back({host, bytes, staged_, 0});
  if (bytes != 0) std::memcpy(arguments_[turn_].data() + staged_, host, bytes);
  staged_ += aligned(bytes);
  return static_cast<std::byte*>(device_arguments_->data()) + known_.back().offset;
}

RowGroups CudaExecutor::stage_groups(std::span<const CacheReach> reach) {
  const auto n_groups = static_cast<int32_t>(reach.size());
  // Grouped once for all layers: known by the address of the list behind its end, where no argument begins.
  const void* const name = reach.data() + reach.size();
  const size_t bytes = reach.size() * sizeof(RowGroup);
  if (mode_ != Mode::alone) {
    for (const Staged& known : known_) {
      if (known.host == name && known.bytes == bytes) {
        const auto* at = static_cast<std::byte*>(device_arguments_->data()) + known.offset;
        return {reinterpret_cast<const RowGroup*>(at), n_groups, known.most_rows};
      }
    }
  }
  groups_.assign(reach.size(), RowGroup{0, 0, 0, 0});
  size_t n = 0;
  int32_t most_rows = 0;
  for (size_t i = 0; i < reach.size(); ++i) {
    if (i == 0 || groups_[n - 1].slot != reach[i].slot || groups_[n - 1].n_rows == rows_of_group) {
      groups_[n++] = {static_cast<int32_t>(i), 0, reach[i].slot, 0};
    }
    most_rows = std::max(most_rows, ++groups_[n - 1].n_rows);
    groups_[n - 1].longest = std::max(groups_[n - 1].longest, reach[i].length);
  }
  const RowGroup* const staged = stage(std::span<const RowGroup>(groups_));
  if (mode_ == Mode::collect) {
    known_.back().host = name;
    known_.back().most_rows = most_rows;
  }
  return {staged, n_groups, most_rows};
}

void* CudaExecutor::result_place(size_t bytes) {
  if (mode_ == Mode::alone) resulting_ = 0;
  if (resulting_ + bytes > kResultBytes)
    throw Error(FW_STATUS_INTERNAL, "a batch has more results than memory for them");
  void* const place = static_cast<std::byte*>(device_results_->data()) + resulting_;
  resulting_ += aligned(bytes);
  return place;
}

void CudaExecutor::deliver(const void* place, size_t bytes, std::function<void(const std::byte*)> take) {
  const size_t offset = static_cast<size_t>(static_cast<const std::byte*>(place) -
                                            static_cast<const std::byte*>(device_results_->data()));
  if (mode_ == Mode::alone) {
    check_launch("kernel");
    std::byte* const to = results_alone_.data() + offset;
    check(cudaMemcpyAsync(to, place, bytes, cudaMemcpyDeviceToHost, stream_), "cudaMemcpyAsync");
    stream_.wait();
    staged_alone_ = 0;
    take(to);
  } else if (mode_ == Mode::collect) {
    deliveries_.push_back({offset, std::move(take)});
  }
}

void CudaExecutor::batch(const std::function<void()>& ops) {
  start(ops);
  while (!started_.empty()) finish();
}

void CudaExecutor::start(const std::function<void()>& ops) {
  enter(device_.index());
  if (started_.size() == std::size(results_)) {
    throw Error(FW_STATUS_INTERNAL, "start: expected at most one batch that is not finished");
  }
  flush_copies();
  turn_ = 1 - turn_;
  sent_[turn_].wait();
  staged_ = resulting_ = 0;
  hash_ = 0;
  known_.clear();
  deliveries_.clear();
  struct Alone {
    CudaExecutor& executor;
    ~Alone() { executor.mode_ = Mode::alone; }
  } const alone{*this};
  mode_ = Mode::collect;
  ops();
  const size_t n_results = resulting_;
  if (staged_ != 0) {
    check(
        cudaMemcpyAsync(device_arguments_->data(), arguments_[turn_].data(), staged_, cudaMemcpyHostToDevice, stream_),
        "cudaMemcpyAsync");
    sent_[turn_].record(stream_);
  }
  mode_ = Mode::launch;
  resulting_ = 0;
  launch_batch(ops);
  check_launch("kernel");
  if (n_results == 0) return;
  const int turn = started_.empty() ? 0 : 1 - started_.back().turn;
  check(cudaMemcpyAsync(results_[turn].data(), device_results_->data(), n_results, cudaMemcpyDeviceToHost, stream_),
        "cudaMemcpyAsync");
  arrived_[turn].record(stream_);
  started_.push_back({turn, std::exchange(deliveries_, {})});
}

void CudaExecutor::launch_batch(const std::function<void()>& ops) {
  auto graph = graphs_.find(hash_);
  if (seen_.size() > kSeen) seen_.clear();
  if (graph == graphs_.end() && seen_.insert(hash_).second) {
    ops();
    paths_.join(stream_);
    return;
  }
  if (graph == graphs_.end()) {
    if (graphs_.size() == kGraphs) forget_graphs();
    check(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
    cudaGraph_t captured = nullptr;
    try {
      ops();
      paths_.join(stream_);
    } catch (...) {
      cudaStreamEndCapture(stream_, &captured);
      if (captured != nullptr) cudaGraphDestroy(captured);
      throw;
    }
    check(cudaStreamEndCapture(stream_, &captured), "cudaStreamEndCapture");
    cudaGraphExec_t instance = nullptr;
    const cudaError_t made = cudaGraphInstantiate(&instance, captured, 0);
    cudaGraphDestroy(captured);
    check(made, "cudaGraphInstantiate");
    graph = graphs_.emplace(hash_, instance).first;
  }
  check(cudaGraphLaunch(graph->second, stream_), "cudaGraphLaunch");
}

void CudaExecutor::finish() {
  if (started_.empty()) return;
  const Started first = std::move(started_.front());
  started_.pop_front();
  enter(device_.index());
  arrived_[first.turn].wait();
  for (const Delivery& delivery : first.deliveries) delivery.take(results_[first.turn].data() + delivery.offset);
}

void CudaExecutor::layer_norm(const LayerNormArgs& args) {
  if (!launches("layer_norm", args.x, args.weight.data, args.bias.data, args.y)) return;
  cuda::layer_norm(stream_, args.x, args.weight.f32(), args.bias.f32(), args.y);
  if (mode_ == Mode::alone) check_launch("layer_norm");
}

void CudaExecutor::log_mel(const LogMelArgs& args) {
  if (mode_ != Mode::alone) throw Error(FW_STATUS_INTERNAL, "log_mel: expected outside of a batch");
  enter(device_.index());
  const size_t bytes = args.samples.size_bytes();
  if (bytes > FW_WINDOW_MAX_SAMPLES * sizeof(float) || args.y.rows > 3000 || args.y.cols > 128) {
    throw Error(FW_STATUS_INTERNAL, "log_mel: expected at most 30 s and 128 mels");
  }
  const float* samples = uploads_.begin(args.samples, stream_);
  cuda::log_mel(stream_, samples, static_cast<int64_t>(args.samples.size()), args.filters.f32(), args.y,
                static_cast<float*>(mel_scratch_->data()));
  uploads_.end(stream_);
  check_launch("log_mel");
}

void CudaExecutor::attention(const AttentionArgs& args) {
  if (!launches("attention", args.qkv, args.n_heads, args.n_windows, args.y)) return;
  cuda::attention(stream_, args.qkv, args.n_windows, args.n_heads, args.y);
  if (mode_ == Mode::alone) check_launch("attention");
}

void CudaExecutor::store(const StoreArgs& args) {
  const CachePlace* places = stage(args.places);
  const CacheView cache = cuda_cache(*args.cache).view();
  if (!launches("store", cache, args.layer, args.key, args.value, places)) return;
  cuda::store(stream_, cache, args.layer, args.key, args.value, places);
  if (mode_ == Mode::alone) check_launch("store");
}

void CudaExecutor::copy_slot(KeyValueCache& cache, int32_t from, int32_t to, int32_t n_places) {
  if (from == to || n_places == 0) return;
  // Copies that do not touch one another's slots are one launch.
  const auto touches = [&](const SlotCopy& copy) { return copy.to == from || copy.to == to || copy.from == to; };
  if (pending_.cache != &cache || std::any_of(pending_.copies.begin(), pending_.copies.end(), touches)) flush_copies();
  pending_.cache = &cuda_cache(cache);
  pending_.copies.push_back({from, to, n_places});
}

void CudaExecutor::flush_copies() {
  if (pending_.copies.empty()) return;
  const std::vector<SlotCopy> copies = std::exchange(pending_.copies, {});
  const SlotCopy* staged = stage(std::span<const SlotCopy>(copies));
  copy_slots(stream_, pending_.cache->view(), staged, static_cast<int32_t>(copies.size()));
  check_launch("copy_slot");
}

void CudaExecutor::cached_attention(const CachedAttentionArgs& args) {
  const CacheReach* reach = stage(args.reach);
  const RowGroups groups = stage_groups(args.reach);
  const CacheView cache = cuda_cache(*args.cache).view();
  if (!launches("cached_attention", args.query, cache, args.layer, args.y, reach, groups.data,
                groups.most_rows <= rows_of_group / 2)) {
    return;
  }
  cuda::cached_attention(stream_, cache, args.layer, args.query, groups, reach, options_.n_rows <= kFewRows, args.y);
  if (mode_ == Mode::alone) check_launch("cached_attention");
}

void CudaExecutor::attention_weights(const AttentionWeightsArgs& args) {
  const CacheView cache = cuda_cache(*args.cache).view();
  if (!launches("attention_weights", args.query, cache, args.layer, args.head, args.reach.slot, args.reach.length,
                args.weights)) {
    return;
  }
  cuda::attention_weights(stream_, cache, args.layer, args.head, args.query, args.reach, args.weights.f32(),
                          args.weights.stride);
  if (mode_ == Mode::alone) check_launch("attention_weights");
}

void CudaExecutor::alignment_path(const AlignmentPathArgs& args) {
  const size_t bytes = args.first.size_bytes();
  auto* place = static_cast<int32_t*>(result_place(bytes));
  if (launches("alignment_path", args.weights, args.n_heads, args.n_tokens, args.first_row, args.n_rows, args.n_frames,
               place)) {
    paths_.find(stream_, args, place);
    if (mode_ == Mode::alone) paths_.join(stream_);
  }
  deliver(place, bytes, [to = args.first](const std::byte* from) { std::memcpy(to.data(), from, to.size_bytes()); });
}

void CudaExecutor::embed(const EmbedArgs& args) {
  const auto& table = static_cast<const CudaWeight&>(*args.table);
  const int32_t* tokens = stage(args.tokens);
  const int32_t* places = stage(args.places);
  if (!launches("embed", table.data(), args.positions, tokens, args.chosen, places, args.y)) return;
  cuda::embed(stream_, table.type(), table.data(), table.stride(), args.positions, tokens,
              static_cast<const int32_t*>(args.chosen.data), places, args.y);
  if (mode_ == Mode::alone) check_launch("embed");
}

void CudaExecutor::pick(const PickArgs& args) {
  const auto n = static_cast<int32_t>(args.rules.size());
  for (const TokenRule& rule : args.rules) {
    if (rule.n_best > max_candidates) {
      throw Error(FW_STATUS_INTERNAL, "pick: expected at most " + std::to_string(max_candidates) + " candidates");
    }
  }
  const TokenRule* rules = stage(args.rules);
  const size_t bytes = args.rules.size() * sizeof(PickRow);
  auto* rows = static_cast<PickRow*>(result_place(bytes));
  if (launches("pick", args.logits, args.kinds->suppressed, rules, args.chosen, rows)) {
    cuda::pick(stream_, args.logits.f32(), args.logits.stride, n, static_cast<int32_t>(args.logits.cols), *args.kinds,
               rules, static_cast<int32_t*>(args.chosen.data), rows);
  }
  deliver(rows, bytes, [picks = args.picks](const std::byte* from) {
    for (size_t i = 0; i < picks.size(); ++i) {
      PickRow row;
      std::memcpy(&row, from + i * sizeof row, sizeof row);
      picks[i].no_speech_probability = row.no_speech_probability;
      picks[i].candidates.assign(row.candidates, row.candidates + row.n_candidates);
    }
  });
}

void CudaExecutor::token_probability(const TokenProbabilityArgs& args) {
  const int32_t* targets = stage(args.targets);
  const size_t bytes = args.probabilities.size_bytes();
  auto* place = static_cast<float*>(result_place(bytes));
  if (launches("token_probability", args.logits, args.end, targets, place)) {
    cuda::token_probability(stream_, args.logits.f32(), args.logits.stride, static_cast<int32_t>(args.logits.rows),
                            args.end, targets, place);
  }
  deliver(place, bytes,
          [to = args.probabilities](const std::byte* from) { std::memcpy(to.data(), from, to.size_bytes()); });
}

}  // namespace fw::cuda

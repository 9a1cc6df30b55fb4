// Floor: 4 n^2 n_state operations and n^2 n_heads exponentials; a block's scores never leave the second cache.
#include <algorithm>
#include <cmath>

#include "device/cpu/dnnl/dnnl_executor.h"
#include "device/cpu/dnnl/one_thread.h"

namespace fw {
namespace {

/** Rows of queries at a time: 32 x 1500 scores in f32 and their exponentials in bf16 are 281 KiB. */
constexpr int64_t kQueryRows = 32;

}  // namespace

std::vector<DnnlExecutor::Packing>& DnnlExecutor::bind_packing(const dnnl::memory::desc& from,
                                                               const dnnl::memory::desc& to) {
  for (auto& [key, threads] : packings_) {
    if (key.first == from && key.second == to) return threads;
  }
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const dnnl::reorder::primitive_desc description(device_.engine(), from, device_.engine(), to, attributes);
  std::vector<Packing> threads;
  for (int32_t i = 0; i < pool().n_threads(); ++i) {
    threads.push_back({dnnl::reorder(description), dnnl::memory(from, device_.engine(), DNNL_MEMORY_NONE),
                       dnnl::memory(to, device_.engine(), DNNL_MEMORY_NONE),
                       dnnl::memory(description.scratchpad_desc(), device_.engine())});
  }
  packings_.push_back({{from, to}, std::move(threads)});
  return packings_.back().second;
}

void DnnlExecutor::pack(Packing& packing, void* from, void* to) {
  dnnl_memory_set_data_handle(packing.from.get(), from);
  dnnl_memory_set_data_handle(packing.to.get(), to);
  const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, packing.from.get()},
                                  {DNNL_ARG_TO, packing.to.get()},
                                  {DNNL_ARG_SCRATCHPAD, packing.scratchpad.get()}};
  dnnl_primitive_execute(packing.primitive.get(), stream_.get(), 3, args);
}

void DnnlExecutor::attention(const AttentionArgs& args) {
  if (!device_.attention_bf16()) {
    PortableExecutor::attention(args);
    return;
  }
  if (args.n_windows > 1) {
    for (int32_t i = 0; i < args.n_windows; ++i) attention(window_of(args, i));
    return;
  }
  using Type = dnnl::memory::data_type;
  using Tag = dnnl::memory::format_tag;
  const OneThread one_thread;
  const int64_t n = args.qkv.rows, state = args.y.cols, dim = state / args.n_heads;
  const float factor = 1.0f / std::sqrt(static_cast<float>(dim));
  std::vector<Bound>& score = bind({ProductType::bf16, kQueryRows, dim, n});
  std::vector<Bound>& mix = bind({ProductType::bf16, kQueryRows, n, dim});
  const dnnl::memory::desc& key_form = score.front().product->weights();
  const dnnl::memory::desc& value_form = mix.front().product->weights();
  std::vector<Packing>& pack_keys = bind_packing(dnnl::memory::desc({dim, n}, Type::bf16, Tag::ba), key_form);
  std::vector<Packing>& pack_values = bind_packing(dnnl::memory::desc({n, dim}, Type::bf16, Tag::ab), value_form);

  const int64_t key_bytes = in_whole_lines(static_cast<int64_t>(key_form.get_size()));
  const int64_t head_bytes = key_bytes + in_whole_lines(static_cast<int64_t>(value_form.get_size()));
  auto* packed = shared_scratch().take<std::byte>(static_cast<size_t>(args.n_heads * head_bytes));

  pool().run(2 * args.n_heads, [&](int64_t task, int32_t thread) {
    const int64_t head = task / 2;
    const bool values = task % 2 != 0;
    auto* rows = thread_scratch(thread).take<uint16_t>(static_cast<size_t>(n * dim));
    for (int64_t i = 0; i < n; ++i) {
      vectors_.to_bf16(args.qkv.f32(i) + (values ? 2 : 1) * state + head * dim, dim, 1.0f, rows + i * dim);
    }
    Packing& mine = (values ? pack_values : pack_keys)[static_cast<size_t>(thread)];
    pack(mine, rows, packed + head * head_bytes + (values ? key_bytes : 0));
  });

  const int64_t n_blocks = (n + kQueryRows - 1) / kQueryRows;
  const int64_t query_bytes = in_whole_lines(source_bytes(ProductType::bf16, kQueryRows, dim));
  const int64_t score_bytes = in_whole_lines(kQueryRows * n * 4);
  const int64_t weight_bytes = in_whole_lines(source_bytes(ProductType::bf16, kQueryRows, n));
  const int64_t mixed_bytes = in_whole_lines(kQueryRows * dim * 4);
  pool().run(args.n_heads * n_blocks, [&](int64_t task, int32_t thread) {
    const int64_t head = task / n_blocks, row = task % n_blocks * kQueryRows;
    const int64_t rows = std::min(kQueryRows, n - row);
    auto* scratch = thread_scratch(thread).take<std::byte>(
        static_cast<size_t>(query_bytes + score_bytes + weight_bytes + mixed_bytes));
    auto* query = reinterpret_cast<uint16_t*>(scratch);
    auto* scores = reinterpret_cast<float*>(scratch + query_bytes);
    auto* weights = reinterpret_cast<uint16_t*>(scratch + query_bytes + score_bytes);
    auto* mixed = reinterpret_cast<float*>(scratch + query_bytes + score_bytes + weight_bytes);
    for (int64_t i = 0; i < rows; ++i) {
      vectors_.to_bf16(args.qkv.f32(row + i) + head * dim, dim, factor, query + i * dim);
    }
    end_source(ProductType::bf16, rows, dim, query);
    std::byte* keys = packed + head * head_bytes;
    execute(score[static_cast<size_t>(thread)], query, keys, scores);
    float sums[kQueryRows];
    for (int64_t i = 0; i < rows; ++i) sums[i] = vectors_.exponentials_bf16(scores + i * n, n, weights + i * n);
    end_source(ProductType::bf16, rows, n, weights);
    execute(mix[static_cast<size_t>(thread)], weights, keys + key_bytes, mixed);
    for (int64_t i = 0; i < rows; ++i) {
      kernel_set().scale(mixed + i * dim, 1.0f / sums[i], args.y.f32(row + i) + head * dim, dim);
    }
  });
}

}  // namespace fw

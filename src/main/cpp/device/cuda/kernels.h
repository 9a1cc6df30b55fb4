#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "device/executor.h"
#include "device/tensor.h"
#include "device/token_rule.h"

/**
 * The kernels of the CUDA backend as plain functions: what an executor launches. All pointers are device memory, all
 * work happens in the order of the stream; nothing here waits or allocates. Rows are independent: what one gives does
 * not depend on the others, nor on their number. Failures of a launch are seen by the caller through cudaGetLastError.
 */
namespace fw::cuda {

/** A tensor whose rows begin at 16 bytes: what the wide loads and the tensor cores want. */
inline bool begins_at_16(const Tensor& t) {
  return reinterpret_cast<uintptr_t>(t.data) % 16 == 0 && t.stride * static_cast<int64_t>(size_of(t.type)) % 16 == 0;
}

/** Sizes of a product: LinearArgs without the addresses. Strides in elements. */
struct LinearShape {
  int64_t n_rows;
  int64_t n_out;
  int64_t n_in;
  int64_t x_stride;
  int64_t w_stride;
  int64_t y_stride;
  int64_t residual_stride;
  bool gelu;
};

/**
 * LinearArgs on the device, four ways: of any size; where x and w begin at 16 bytes and n_in is a multiple of 8, of few
 * rows, and of some more with the inputs split among blocks; and, in cublas_products.h, of many. x and w have one type;
 * y and bias have that type or are f32; residual is f32.
 */
void linear_plain(cudaStream_t stream, const LinearShape& shape, DataType type, const void* x, const void* w,
                  const void* bias, const float* residual, DataType y_type, void* y);
/** Most rows of a step that linear_few takes faster than cuBLAS does. */
inline constexpr int32_t few_rows = 24;
/** LayerNormArgs of the rows that a product takes, but for y: f32 that begin at 16 bytes. */
struct RowNorm {
  const float* x;
  int64_t x_stride;
  const float* weight;
  const float* bias;
};
/** What linear_few can norm by itself, instead of reading x: rows, and inputs, a multiple of 8. */
inline constexpr int32_t most_normed_rows = 8;
inline constexpr int32_t most_normed_inputs = 1280;
void linear_few(cudaStream_t stream, const LinearShape& shape, DataType type, const void* x, const void* w,
                const void* bias, const float* residual, DataType y_type, void* y, const RowNorm& norm = {});

/**
 * Whether linear_split is faster than linear_few and cuBLAS for calls of more than few_rows and at most most_rows rows,
 * on the calling thread's GPU: on a Hopper alone. The number of rows of a call does not count.
 */
bool takes_linear_split(const LinearShape& shape, int64_t most_rows);
void linear_split(cudaStream_t stream, const LinearShape& shape, int64_t most_rows, DataType type, const void* x,
                  const void* w, const void* bias, const float* residual, DataType y_type, void* y);

/** y[i] += residual[i] for rows of f32. */
void add_rows(cudaStream_t stream, const Tensor& residual, const Tensor& y);

/** Rows of 16-byte pieces that may overlap, one behind the other without gaps. */
void gather_rows(cudaStream_t stream, const Tensor& rows, void* to);

/** f32 values [n] to the type of a device. */
void convert(cudaStream_t stream, const float* from, int64_t n, DataType type, void* to);

/** LayerNormArgs on the device: x f32, y of any type. */
void layer_norm(cudaStream_t stream, const Tensor& x, const float* weight, const float* bias, const Tensor& y);

/** AttentionArgs on the device: qkv and y of one type. */
void attention(cudaStream_t stream, const Tensor& qkv, int32_t n_windows, int32_t n_heads, const Tensor& y);
/** The same by Hopper's own instructions; false, and nothing done, where the GPU or the call is not of their kind. */
bool attention_hopper(cudaStream_t stream, const Tensor& qkv, int32_t n_windows, int32_t n_heads, const Tensor& y);

/** EmbedArgs on the device: the table's type and stride are a weight's, positions and y are f32. */
void embed(cudaStream_t stream, DataType type, const void* table, int64_t table_stride, const Tensor& positions,
           const int32_t* tokens, const int32_t* chosen, const int32_t* places, const Tensor& y);

/** Where a cache lies: see cache_layout.cuh. */
struct CacheView {
  void* keys;
  void* values;
  CacheShape shape;
  DataType type;
  /** Places, rounded up to whole blocks. */
  int32_t padded_places;
  /** bf16, of keys and values in eight bits; else null. */
  void* key_scales;
  void* value_scales;
};

/** Rows of one slot that follow one another; at most 16. A group of no rows is skipped. */
struct RowGroup {
  int32_t first;
  int32_t n_rows;
  int32_t slot;
  int32_t longest;
};
inline constexpr int32_t rows_of_group = 16;
/** The groups of a call, and how many rows the largest has. */
struct RowGroups {
  const RowGroup* data;
  int32_t n;
  int32_t most_rows;
};

/** StoreArgs on the device: keys and values of the cache's type. */
void store(cudaStream_t stream, const CacheView& cache, int32_t layer, const Tensor& key, const Tensor& value,
           const CachePlace* places);

/** The first n_places of some slots to others, all layers; no slot is both read and written. */
struct SlotCopy {
  int32_t from;
  int32_t to;
  int32_t n_places;
};
void copy_slots(cudaStream_t stream, const CacheView& cache, const SlotCopy* copies, int32_t n_copies);

/**
 * CachedAttentionArgs on the device: query and y of the cache's type; reach[i].length counts, the slot is the group's.
 * few: calls are of so few rows that their heads alone do not fill the GPU; the same for all calls of a lane.
 */
void cached_attention(cudaStream_t stream, const CacheView& cache, int32_t layer, const Tensor& query,
                      const RowGroups& groups, const CacheReach* reach, bool few, const Tensor& y);

/** AttentionWeightsArgs on the device: weights f32 [n][length], rows `stride` apart. */
void attention_weights(cudaStream_t stream, const CacheView& cache, int32_t layer, int32_t head, const Tensor& query,
                       CacheReach reach, float* weights, int64_t stride);

/** Most candidates of a pick: a beam of 16 and one more. */
inline constexpr int32_t max_candidates = 17;

/** A Pick as it comes from the device. */
struct PickRow {
  int32_t n_candidates;
  float no_speech_probability;
  Candidate candidates[max_candidates];
};

/** PickArgs on the device: logits f32 [n][n_vocab], rows `stride` apart; chosen may be null where no rule names it. */
void pick(cudaStream_t stream, const float* logits, int64_t stride, int32_t n, int32_t n_vocab, const TokenKinds& kinds,
          const TokenRule* rules, int32_t* chosen, PickRow* picks);

/** TokenProbabilityArgs on the device. */
void token_probability(cudaStream_t stream, const float* logits, int64_t stride, int32_t n, int32_t end,
                       const int32_t* targets, float* probabilities);

/**
 * LogMelArgs on the device: samples f32 [n_samples], filters f32 [n_mels][201], y of y.type (f32, f16 or bf16); power
 * is scratch of log_mel_scratch(y.rows, y.cols) floats.
 */
void log_mel(cudaStream_t stream, const float* samples, int64_t n_samples, const float* filters, const Tensor& y,
             float* scratch);
int64_t log_mel_scratch(int64_t n_frames, int64_t n_mels);

/**
 * What each frame costs each token (align/dtw.h, attention_cost), from weights f32
 * [n_heads][n_tokens][n_frames_stride]: rows [first_row, first_row + n_rows) and the first n_frames frames into cost
 * f32 [n_rows][n_frames]; scratch holds 2 n_heads n_frames floats.
 */
void alignment_cost(cudaStream_t stream, const float* weights, int32_t n_heads, int32_t n_tokens,
                    int64_t n_frames_stride, int32_t first_row, int32_t n_rows, int32_t n_frames, float* scratch,
                    float* cost);

/** dtw_first_columns on the device: cost f32 [n_rows][n_frames], steps u8 scratch of that size, first i32 [n_rows]. */
void dtw_path(cudaStream_t stream, const float* cost, int32_t n_rows, int32_t n_frames, uint8_t* steps, int32_t* first);

}  // namespace fw::cuda

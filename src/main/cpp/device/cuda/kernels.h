#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "device/tensor.h"
#include "device/token_rule.h"

/**
 * The kernels of the CUDA backend as plain functions: what an executor launches. All pointers are device memory, all
 * work happens in the order of the stream; nothing here waits or allocates. Rows are independent: what one gives does
 * not depend on the others, nor on their number. Failures of a launch are seen by the caller through cudaGetLastError.
 */
namespace fw::cuda {

/** Most candidates of a pick: a beam of 16 and one more. */
inline constexpr int32_t max_candidates = 17;

/** A Pick as it comes from the device. */
struct PickRow {
  int32_t n_candidates;
  float no_speech_probability;
  Candidate candidates[max_candidates];
};

/** PickArgs on the device: logits f32 [n][n_vocab], rows `stride` apart. */
void pick(cudaStream_t stream, const float* logits, int64_t stride, int32_t n, int32_t n_vocab, const TokenKinds& kinds,
          const TokenRule* rules, PickRow* picks);

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
 * What each frame costs each token (align/dtw.h, attention_cost), from weights f32 [n_heads][n_tokens][n_frames_stride]:
 * rows [first_row, first_row + n_rows) and the first n_frames frames into cost f32 [n_rows][n_frames]; scratch holds
 * 2 n_heads n_frames floats.
 */
void alignment_cost(cudaStream_t stream, const float* weights, int32_t n_heads, int32_t n_tokens,
                    int64_t n_frames_stride, int32_t first_row, int32_t n_rows, int32_t n_frames, float* scratch,
                    float* cost);

/** dtw_first_columns on the device: cost f32 [n_rows][n_frames], steps u8 scratch of that size, first i32 [n_rows]. */
void dtw_path(cudaStream_t stream, const float* cost, int32_t n_rows, int32_t n_frames, uint8_t* steps, int32_t* first);

}  // namespace fw::cuda

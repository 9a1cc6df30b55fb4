#pragma once

#include <memory>
#include <span>

#include "device/executor.h"
#include "model/model.h"

namespace fw {

/** Log-mel and encoder of one window at a time, with the memory for it. */
class AudioEncoder {
 public:
  AudioEncoder(const Model& model, Executor& executor);

  /** The normalised log-mel spectrogram [2 n_audio_ctx][n_mels] of at most n_audio_ctx * 320 samples; kept until the
   * next call. */
  Tensor log_mel(std::span<const float> samples);

  /** The encoder's output [n_audio_ctx][n_audio_state] for samples; kept until the next call. */
  Tensor encode(std::span<const float> samples);

 private:
  void run_block(const EncoderLayer& layer);

  const Model& model_;
  Executor& executor_;
  std::unique_ptr<Memory> memory_;
  /** Spectrogram and first convolution with a row of zeros at each end. */
  Tensor mel_;
  Tensor conv_;
  Tensor x_;
  Tensor normed_;
  Tensor attended_;
  /** Queries, keys and values, or the inner values of the MLP: [n_audio_ctx][4 n_audio_state]. */
  Tensor wide_;
};

}  // namespace fw

#pragma once

#include <memory>
#include <span>

#include "device/executor.h"
#include "model/model.h"

namespace fw {

/** Log-mel and encoder of some windows at a time, with the memory for them. */
class AudioEncoder {
 public:
  /** n_windows: as many as go through the layers together. */
  AudioEncoder(const Model& model, Executor& executor, int32_t n_windows);

  int32_t n_windows() const { return n_windows_; }

  /** The normalised log-mel spectrogram [2 n_audio_ctx][n_mels] of at most n_audio_ctx * 320 samples; kept until the
   * next call. */
  Tensor log_mel(std::span<const float> samples);

  /**
   * The encoder's output [n n_audio_ctx][n_audio_state] for the samples of at most n_windows windows, one behind the
   * other; kept until the next call.
   */
  Tensor encode(std::span<const std::span<const float>> windows);

 private:
  /** The convolutions of one window: where the layers begin. */
  void run_convolutions(std::span<const float> samples, const Tensor& x);
  void run_block(const EncoderLayer& layer, int32_t n_windows);

  const Model& model_;
  Executor& executor_;
  int32_t n_windows_;
  std::unique_ptr<Memory> memory_;
  /** Spectrogram and first convolution of one window, with a row of zeros at each end. */
  Tensor mel_;
  Tensor conv_;
  Tensor x_;
  Tensor normed_;
  Tensor attended_;
  /** Queries, keys and values, or the inner values of the MLP: [n_windows n_audio_ctx][4 n_audio_state]. */
  Tensor wide_;
};

}  // namespace fw

#include "model/audio_encoder.h"

#include <string>

#include "base/error.h"
#include "model/device_arena.h"
#include "ops/attention.h"
#include "ops/layer_norm.h"
#include "ops/linear.h"
#include "ops/log_mel.h"

namespace fw {
namespace {

/** Samples of one audio position: two frames of 160. */
constexpr int64_t kSamplesPerPosition = 320;

}  // namespace

AudioEncoder::AudioEncoder(const Model& model, Executor& executor, int32_t n_windows)
    : model_(model), executor_(executor), n_windows_(n_windows) {
  const ModelShape& shape = model.shape();
  const int64_t n = shape.n_audio_ctx, state = shape.n_audio_state;
  const DataType type = model.device().habits().activations;
  DeviceArena arena;
  arena.add(mel_, 2 * n + 2, shape.n_mels, type);
  arena.add(conv_, 2 * n + 2, state, type);
  arena.add(x_, n_windows * n, state);
  arena.add(normed_, n_windows * n, state, type);
  arena.add(attended_, n_windows * n, state, type);
  arena.add(wide_, n_windows * n, 4 * state, type);
  memory_ = arena.allocate(model.device());
}

Tensor AudioEncoder::log_mel(std::span<const float> samples) {
  const ModelShape& shape = model_.shape();
  const int64_t most = shape.n_audio_ctx * kSamplesPerPosition;
  if (static_cast<int64_t>(samples.size()) > most) {
    throw Error(FW_STATUS_INVALID_ARGUMENT, "window: expected at most " + std::to_string(most) + " samples, found " +
                                                std::to_string(samples.size()));
  }
  const Tensor inside = mel_.rows_from(1, 2 * shape.n_audio_ctx);
  ops::log_mel(executor_, {samples, model_.weights().mel_filters, inside});
  return inside;
}

void AudioEncoder::run_convolutions(std::span<const float> samples, const Tensor& x) {
  const ModelShape& shape = model_.shape();
  const ModelWeights& weights = model_.weights();
  const int64_t n = shape.n_audio_ctx, state = shape.n_audio_state, mels = shape.n_mels;
  log_mel(samples);
  // Three rows that lie behind one another are one row of the product; the rows of zeros are the padding.
  const Tensor mel_patches(mel_.data, mel_.type, 2 * n, 3 * mels, mels);
  const Tensor conv_patches(conv_.data, conv_.type, n, 3 * state, 2 * state);
  ops::linear(
      executor_,
      {mel_patches, weights.conv1.weight.get(), weights.conv1.bias, Activation::gelu, {}, conv_.rows_from(1, 2 * n)});
  ops::linear(executor_, {conv_patches, weights.conv2.weight.get(), weights.conv2.bias, Activation::gelu,
                          weights.audio_positions, x});
}

Tensor AudioEncoder::encode(std::span<const std::span<const float>> windows) {
  const ModelWeights& weights = model_.weights();
  const auto n_windows = static_cast<int32_t>(windows.size());
  const int64_t n = model_.shape().n_audio_ctx;
  for (int32_t i = 0; i < n_windows; ++i) {
    run_convolutions(windows[static_cast<size_t>(i)], x_.rows_from(i * n, n));
  }
  const Tensor normed = normed_.rows_from(0, n_windows * n);
  executor_.batch([&] {
    for (const EncoderLayer& layer : weights.encoder) {
      run_block(layer, n_windows);
    }
    ops::layer_norm(executor_,
                    {x_.rows_from(0, n_windows * n), weights.encoder_norm.weight, weights.encoder_norm.bias, normed});
  });
  return normed;
}

void AudioEncoder::run_block(const EncoderLayer& layer, int32_t n_windows) {
  const SelfAttentionLayer& attention = layer.attention;
  const MlpLayer& mlp = layer.mlp;
  const int64_t state = x_.cols, n = n_windows * model_.shape().n_audio_ctx;
  const Tensor x = x_.rows_from(0, n), normed = normed_.rows_from(0, n), attended = attended_.rows_from(0, n);
  const Tensor inner = wide_.rows_from(0, n), qkv(wide_.data, wide_.type, n, 3 * state);
  ops::layer_norm(executor_, {x, attention.norm.weight, attention.norm.bias, normed});
  ops::linear(
      executor_,
      {normed, attention.query_key_value.weight.get(), attention.query_key_value.bias, Activation::none, {}, qkv});
  ops::attention(executor_, {qkv, model_.shape().n_audio_head, attended, n_windows});
  ops::linear(executor_, {attended, attention.out.weight.get(), attention.out.bias, Activation::none, x, x});
  ops::layer_norm(executor_, {x, mlp.norm.weight, mlp.norm.bias, normed});
  ops::linear(executor_, {normed, mlp.in.weight.get(), mlp.in.bias, Activation::gelu, {}, inner});
  ops::linear(executor_, {inner, mlp.out.weight.get(), mlp.out.bias, Activation::none, x, x});
}

}  // namespace fw

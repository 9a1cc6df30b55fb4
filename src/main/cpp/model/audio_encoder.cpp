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

AudioEncoder::AudioEncoder(const Model& model, Executor& executor) : model_(model), executor_(executor) {
  const ModelShape& shape = model.shape();
  const int64_t n = shape.n_audio_ctx, state = shape.n_audio_state;
  DeviceArena arena;
  arena.add(mel_, 2 * n + 2, shape.n_mels);
  arena.add(conv_, 2 * n + 2, state);
  arena.add(x_, n, state);
  arena.add(normed_, n, state);
  arena.add(attended_, n, state);
  arena.add(wide_, n, 4 * state);
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

Tensor AudioEncoder::encode(std::span<const float> samples) {
  const ModelShape& shape = model_.shape();
  const ModelWeights& weights = model_.weights();
  const int64_t n = shape.n_audio_ctx, state = shape.n_audio_state, mels = shape.n_mels;
  log_mel(samples);
  // Three rows that lie behind one another are one row of the product; the rows of zeros are the padding.
  const Tensor mel_patches(mel_.data, DataType::f32, 2 * n, 3 * mels, mels);
  const Tensor conv_patches(conv_.data, DataType::f32, n, 3 * state, 2 * state);
  ops::linear(
      executor_,
      {mel_patches, weights.conv1.weight.get(), weights.conv1.bias, Activation::gelu, {}, conv_.rows_from(1, 2 * n)});
  ops::linear(executor_, {conv_patches, weights.conv2.weight.get(), weights.conv2.bias, Activation::gelu,
                          weights.audio_positions, x_});
  for (const EncoderLayer& layer : weights.encoder) {
    run_block(layer);
  }
  ops::layer_norm(executor_, {x_, weights.encoder_norm.weight, weights.encoder_norm.bias, normed_});
  return normed_;
}

void AudioEncoder::run_block(const EncoderLayer& layer) {
  const SelfAttentionLayer& attention = layer.attention;
  const MlpLayer& mlp = layer.mlp;
  const int64_t state = x_.cols;
  const Tensor qkv(wide_.data, DataType::f32, x_.rows, 3 * state);
  ops::layer_norm(executor_, {x_, attention.norm.weight, attention.norm.bias, normed_});
  ops::linear(
      executor_,
      {normed_, attention.query_key_value.weight.get(), attention.query_key_value.bias, Activation::none, {}, qkv});
  ops::attention(executor_, {qkv, model_.shape().n_audio_head, attended_});
  ops::linear(executor_, {attended_, attention.out.weight.get(), attention.out.bias, Activation::none, x_, x_});
  ops::layer_norm(executor_, {x_, mlp.norm.weight, mlp.norm.bias, normed_});
  ops::linear(executor_, {normed_, mlp.in.weight.get(), mlp.in.bias, Activation::gelu, {}, wide_});
  ops::linear(executor_, {wide_, mlp.out.weight.get(), mlp.out.bias, Activation::none, x_, x_});
}

}  // namespace fw
